import { address, go, href, match, startRouter, withQuery } from './router';

test('a pattern takes its parameters out of a path', () => {
  expect(match('/messages/:id', '/messages/a%2Fb')).toEqual({ id: 'a/b' });
  expect(match('/messages/:id', '/messages/%E0%A4%A')).toEqual({ id: '%E0%A4%A' });
  expect([match('/messages/:id', '/messages'), match('/messages/:id', '/messages/'), match('/', '/x')]).toEqual([null, null, null]); // prettier-ignore
  expect(match('/', '/')).toEqual({});
});

test('filters live in the address; another filter begins at the first page', () => {
  go('/console/find?q=1&cursor=x');
  expect(withQuery({ cursor: 'y' })).toBe('/console/find?q=1&cursor=y');
  expect(withQuery({ state: 'failed' })).toBe('/console/find?q=1&state=failed');
  expect(withQuery({ q: '' })).toBe('/console/find');
});

test('links of the console don’t load the page anew; others, and those with a target, do', () => {
  startRouter();
  document.body.innerHTML =
    '<a id="in" href="/console/find?q=2">in</a><a id="out" href="/docs">out</a><a id="new" href="/console" target="_blank">new</a>';
  const follow = (id: string): boolean => {
    const event = new MouseEvent('click', { bubbles: true, cancelable: true });
    document.getElementById(id)!.dispatchEvent(event);
    return event.defaultPrevented;
  };
  go(href('/'));
  expect(follow('in')).toBe(true);
  expect([address.value.path, address.value.query.get('q')]).toEqual(['/find', '2']);
  document.addEventListener('click', (event) => event.preventDefault(), { once: true, capture: false });
  follow('out');
  expect(address.value.path).toBe('/find');
});
