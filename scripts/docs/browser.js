/**
 * What the pages of `/docs` do in a browser beyond being read: search, copy, try. Bundled into one file; builds the page with
 * the DOM alone, as the pages' policy demands. Nothing is kept: the key that is given to try something lives as long as
 * the page.
 */
import MiniSearch from 'minisearch';
import { SEARCH } from './search.mjs';

const MAX_FOUND = 12;

/** An element with properties and children. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

offerSearch();
document.querySelectorAll('pre[data-copy]').forEach(offerCopy);
document.querySelectorAll('details[data-try]').forEach(offerTry);
forwardOldAnchor();

/** The reference was at `/docs` once, and its places are linked to. */
function forwardOldAnchor() {
  const { pathname, hash } = location;
  if (pathname === '/docs' && hash !== '' && !document.getElementById(hash.slice(1)))
    location.replace(`/docs/api${hash}`);
}

function offerSearch() {
  const form = document.querySelector('form.search');
  if (!form) return;
  form.hidden = false;
  const [field, found] = [form.querySelector('input'), form.querySelector('#found')];
  let index;
  const load = () =>
    (index ??= fetch('/docs/assets/search.json')
      .then((answer) => answer.text())
      .then((text) => MiniSearch.loadJSON(text, SEARCH)));
  field.addEventListener('focus', load);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    found.querySelector('a')?.click();
  });
  field.addEventListener('input', async () => {
    const asked = field.value.trim();
    const results = asked.length < 2 ? [] : (await load()).search(asked).slice(0, MAX_FOUND);
    if (field.value.trim() !== asked) return;
    found.replaceChildren(
      ...(results.length > 0
        ? [listOf(results)]
        : asked.length < 2
          ? []
          : [element('p', { textContent: `Nothing about “${asked}”.` })]),
    );
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && form.contains(event.target)) [field.value] = [found.replaceChildren() ?? ''];
    if (event.key !== '/' || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
    event.preventDefault();
    field.focus();
  });
}

const listOf = (results) =>
  element(
    'ul',
    {},
    ...results.map(({ address, page, title }) =>
      element(
        'li',
        {},
        element('a', { href: address }, element('b', { textContent: title }), ...(title === page ? [] : [` ${page}`])),
      ),
    ),
  );

function offerCopy(pre) {
  const button = element('button', { type: 'button', className: 'copy', textContent: 'Copy' });
  button.addEventListener('click', async () => {
    const text = pre.querySelector('code').textContent;
    button.textContent = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Select it by hand',
    );
    setTimeout(() => (button.textContent = 'Copy'), 2_000);
  });
  const frame = element('div', { className: 'copied' });
  pre.replaceWith(frame);
  frame.append(pre, button);
}

/** Shared by all forms of the page. */
let key = '';
let documentOfApi;
const loadDocument = () => (documentOfApi ??= fetch('/openapi.json').then((answer) => answer.json()));

/** The form is made when its samples are opened. */
function offerTry(details) {
  details.addEventListener('toggle', async () => {
    if (!details.open || details.querySelector('form')) return;
    const api = await loadDocument();
    if (!details.querySelector('form')) details.append(tryForm(details.dataset.try, api, details));
  });
}

function find(id, { paths }) {
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item))
      if (operation.operationId === id) return { path, method, operation };
  }
  throw new Error(`there is no operation ${id}`);
}

function tryForm(id, api, details) {
  const { path, method, operation } = find(id, api);
  const named = (operation.parameters ?? []).filter(({ in: where }) => where === 'path' || where === 'query');
  const inputs = named.map(({ name, in: where, required }) => ({
    name,
    where,
    input: element('input', { name, required: Boolean(required), autocomplete: 'off' }),
  }));
  const types = Object.keys(operation.requestBody?.content ?? {});
  const type = types.includes('application/json') ? 'application/json' : types[0];
  const body = type && element('textarea', { rows: 8, spellcheck: false, value: sampleBody(details) });
  const secret =
    operation.security.length > 0 &&
    element('input', { type: 'password', autocomplete: 'off', value: key, placeholder: 'kept in this page only' });
  const answer = element('pre', { tabIndex: 0, hidden: true });
  const form = element(
    'form',
    { className: 'try' },
    element('p', {
      className: 'type',
      textContent: `Try it: ${method.toUpperCase()} ${path} on this server${method === 'get' ? '' : '. It does what it says.'}`,
    }),
    ...(secret ? [labelled('Key', secret)] : []),
    ...inputs.map(({ name, input }) => labelled(name, input)),
    ...(body ? [labelled(`Body, ${type}`, body)] : []),
    element('button', { type: 'submit', textContent: 'Send' }),
    answer,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (secret) key = secret.value;
    answer.hidden = false;
    answer.textContent = '…';
    answer.textContent = await ask({ path, method, type, body: body?.value, inputs, withKey: Boolean(secret) });
  });
  return form;
}

const labelled = (text, input) => element('label', {}, element('span', { textContent: text }), input);

/** The body of the sample in Node's words is JSON; a curl sample has it between quotes. */
function sampleBody(details) {
  const [, text] = /--data-binary '([\s\S]*)'$/.exec(details.querySelector('code').textContent) ?? [];
  return text?.replaceAll(String.raw`'\''`, "'") ?? '';
}

/** Sends what the form says, with the key and without anything else that the browser keeps for this server. */
async function ask({ path, method, type, body, inputs, withKey }) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(inputs.find((one) => one.name === name).input.value),
  );
  const query = new URLSearchParams(
    inputs
      .filter(({ where, input }) => where === 'query' && input.value !== '')
      .map(({ name, input }) => [name, input.value]),
  );
  const began = performance.now();
  try {
    const response = await fetch(filled + (query.size > 0 ? `?${query}` : ''), {
      method: method.toUpperCase(),
      credentials: 'omit',
      headers: {
        ...(withKey && key !== '' ? { Authorization: `Bearer ${key}` } : {}),
        ...(type ? { 'Content-Type': type } : {}),
      },
      ...(type ? { body } : {}),
    });
    return `${response.status} in ${Math.round(performance.now() - began)} ms\n${pretty(await response.text())}`;
  } catch (error) {
    return `No answer: ${error.message}`;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
