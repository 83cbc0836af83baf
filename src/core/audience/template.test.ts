import fc from 'fast-check';
import { mergeVariables, parseTemplate, renderTemplate, type Template } from './template';

function templateOf(text: string): Template {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.template;
}

const render = (text: string, variables: Record<string, string> = {}) => renderTemplate(templateOf(text), variables);

describe('what is a template', () => {
  it.each([
    ['', []],
    ['no variables', []],
    ['Hi {name}', ['name']],
    ['{a}{b}{a}', ['a', 'b']],
    ['{ first name }', ['first name']],
    ['{order.id_2-x}', ['order.id_2-x']],
    ['{नाम}', ['नाम']],
    ['{name|friend}', ['name']],
    ['{{name}}', []],
    ['{{{name}}}', ['name']],
    ['{__proto__}', ['__proto__']],
    [`{${'n'.repeat(64)}}`, ['n'.repeat(64)]],
  ])('%j has the variables %j', (text, variables) => {
    expect(templateOf(text).variables).toEqual(variables);
  });

  it('demands what has no default somewhere', () => {
    expect(templateOf('{a|x} {b} {a}{c|}').required).toEqual(['b', 'a']);
  });
});

describe('what is none', () => {
  it.each([
    ['Hi {name', 3, /not closed/],
    ['{', 0, /not closed/],
    ['Hi {name and {code}', 3, /not closed/],
    ['Hi {name|a {b}', 3, /not closed/],
    ['{{ok}} {name', 7, /not closed/],
    ['Hi {}', 3, /no name/],
    ['Hi {  }', 3, /no name/],
    ['Hi {|friend}', 3, /no name/],
    ['Hi name}', 7, /no opening/],
    ['{name}}', 6, /no opening/],
    ['{na+me}', 0, /"na\+me" can’t be the name/],
    ['{two\nlines}', 0, /can’t be the name/],
    [`{${'n'.repeat(65)}}`, 0, /1 to 64/],
  ])('%j is wrong at %d', (text, position, problem) => {
    expect(parseTemplate(text)).toEqual({ ok: false, position, problem: expect.stringMatching(problem) as string });
  });
});

describe('rendering', () => {
  it.each([
    ['Hi {name}', { name: 'Steven' }, 'Hi Steven'],
    ['Hi {name|friend}!', {}, 'Hi friend!'],
    ['Hi {name|friend}!', { name: '' }, 'Hi friend!'],
    ['Hi{name|}!', {}, 'Hi!'],
    ['{a|b|c}', {}, 'b|c'],
    ['{a| b }', {}, ' b '],
    ['{{name}} {{{name}}}', { name: 'x' }, '{name} {x}'],
    ['{a}', { a: '{b} {{ $& \\', b: 'no' }, '{b} {{ $& \\'],
    ['{a}', { a: ' ', b: 'ignored' }, ' '],
  ])('%j with %j is %j', (text, variables, expected) => {
    expect(render(text, variables)).toEqual({ ok: true, text: expected });
  });

  it('names what is missing, each once, in order', () => {
    expect(render('{b} {a} {b} {c|x} {d}', { a: '', d: 'here' })).toEqual({ ok: false, missing: ['b', 'a'] });
  });

  it('finds nothing in the prototype of the values', () => {
    expect(render('{toString}{constructor}')).toEqual({ ok: false, missing: ['toString', 'constructor'] });
  });
});

describe('whatever the input', () => {
  const braced = fc.string({ unit: fc.constantFrom('{', '}', '|', 'a', ' ', '\n', 'é', '😀') });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '_', '-', '.', '7'), minLength: 1, maxLength: 8 });
  const escape = (text: string) => text.replace(/[{}]/g, '$&$&');

  it('renders escaped text as it was', () => {
    fc.assert(fc.property(braced, (text) => expect(render(escape(text))).toEqual({ ok: true, text })));
  });

  it('either points into the text or reads it', () => {
    fc.assert(
      fc.property(braced, (text) => {
        const parsed = parseTemplate(text);
        if (parsed.ok) return;
        expect(text[parsed.position]).toMatch(/[{}]/);
      }),
    );
  });

  it('lets no variable leave as it was written, and puts each value in as it is', () => {
    const part = fc.oneof(
      braced.map((text) => ({ written: escape(text), literal: text })),
      name.map((variable) => ({ written: `{${variable}}`, variable })),
    );
    fc.assert(
      fc.property(fc.array(part), fc.dictionary(name, braced), (parts, values) => {
        const wanted = parts.flatMap((one) => ('variable' in one ? [one.variable] : []));
        const missing = wanted.filter((one) => !Object.hasOwn(values, one) || values[one] === '');
        const expected = parts.map((one) => ('variable' in one ? values[one.variable] : one.literal)).join('');
        expect(render(parts.map((one) => one.written).join(''), values)).toEqual(
          missing.length > 0 ? { ok: false, missing: [...new Set(missing)] } : { ok: true, text: expected },
        );
      }),
    );
  });
});

describe('names in another case', () => {
  const render = (text: string, variables: Record<string, string>) => {
    const parsed = parseTemplate(text);
    if (!parsed.ok) throw new Error(parsed.problem);
    return renderTemplate(parsed.template, variables);
  };

  it('{name} finds the column Name; a name in its own case counts first', () => {
    expect(render('Hi {name}', { Name: 'Asha' })).toEqual({ ok: true, text: 'Hi Asha' });
    expect(render('Hi {Name}', { NAME: 'Asha' })).toEqual({ ok: true, text: 'Hi Asha' });
    expect(render('Hi {name}', { Name: 'no', name: 'Asha' })).toEqual({ ok: true, text: 'Hi Asha' });
    expect(render('Hi {name}', { names: 'no' })).toEqual({ ok: false, missing: ['name'] });
  });

  it('a recipient’s value counts before the one for all, whatever their case', () => {
    expect(mergeVariables({ name: 'friend', City: 'Pune' }, { Name: 'Asha' })).toEqual({ City: 'Pune', Name: 'Asha' });
    expect(mergeVariables({}, { a: '1' })).toEqual({ a: '1' });
    expect(mergeVariables({ a: '1' }, {})).toEqual({ a: '1' });
  });
});
