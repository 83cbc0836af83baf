/** Runs around each test of the console: what one has shown and kept, the next does not see. */
import { render } from 'preact';
import { offline, session } from '../api';
import { address } from '../router';

beforeEach(() => {
  session.value = {
    accountId: 'acc_1',
    accountName: 'Shop',
    scopes: ['send', 'read', 'content', 'manage'],
    keyName: 'Console',
    timezone: 'Asia/Kolkata',
  };
  address.value = { path: '/', query: new URLSearchParams(), hash: new URLSearchParams() };
});

afterEach(() => {
  for (const each of document.querySelectorAll<HTMLElement>('.toast [aria-label=Dismiss]')) each.click();
  render(null, document.body);
  document.body.replaceChildren();
  offline.value = false;
});
