/** URLs of webhooks as they are shown. */
const MASK = '••••';

/**
 * The query of a callback URL is its credential: it is shown by name, not by value. With others the path is: so whoever may
 * not manage sees where it leads, and no more.
 */
export function shownUrl(url: URL, mayManage: boolean): string {
  if (!mayManage) return url.pathname === '/' && url.search === '' ? `${url.origin}/` : `${url.origin}/${MASK}`;
  const shown = new URL(url.origin + url.pathname);
  for (const name of new Set(url.searchParams.keys())) shown.searchParams.set(name, MASK);
  return decodeURI(shown.href);
}
