/** The frame around every page: who is signed in, and which page the address means. */
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { checkServer, loadSession, offline, session, type Problem } from './api';
import { EmptyState, ErrorState, Layout, Loading, PageHead, startKeys, type NavEntry } from './parts';
import { pages, type Page } from './pages';
import { SignIn } from './pages/sign-in/SignIn';
import { address, href, match, type PageProps } from './router';

const nav: readonly NavEntry[] = pages.flatMap(({ path, title, key }) =>
  key === undefined ? [] : [{ path, title, key }],
);

export function App() {
  const [problem, setProblem] = useState<Problem>();
  const load = (): void => {
    setProblem(undefined);
    void loadSession().then((result) => {
      if (!result.ok && result.problem.status !== 401) setProblem(result.problem);
    });
  };
  useEffect(load, []);
  if (session.value === null) return <SignIn />;
  if (session.value === undefined) {
    return (
      <main class="alone">
        {problem === undefined ? (
          <Loading what="the console" />
        ) : (
          <ErrorState problem={problem} what="the console" retry={load} />
        )}
      </main>
    );
  }
  return <SignedIn key={session.value.accountId} />;
}

function SignedIn() {
  useEffect(() => startKeys(nav), []);
  const { path, query } = address.value;
  const found = pages.map((page) => ({ page, params: match(page.path, path) })).find(({ params }) => params !== null);
  return (
    <Layout nav={nav}>
      {found === undefined ? (
        <>
          <PageHead title="There is no such page" />
          <p>
            Nothing is at <code>{href(path)}</code>. <a href={href('/')}>Go to Now</a>, or take another page of the
            menu.
          </p>
        </>
      ) : (
        <Shell key={found.page.path} page={found.page} params={found.params!} query={query} />
      )}
    </Layout>
  );
}

/** Loads the page's own code, and shows it. */
function Shell({ page, params, query }: PageProps & { page: Page }) {
  const [Body, setBody] = useState<ComponentType<PageProps> | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  const isAwaited = useRef(false);
  useEffect(() => {
    document.title = `${page.title} · Heliograph`;
    page.load().then(
      (loaded) => setBody(() => loaded.default),
      async () => {
        // Without a connection there is nothing to load anew: it comes by itself.
        isAwaited.current = !(await checkServer());
        setFailed(!isAwaited.current);
      },
    );
  }, [turn]);
  useEffect(
    () =>
      offline.subscribe((isOffline) => {
        if (isOffline || !isAwaited.current) return;
        isAwaited.current = false;
        setTurn((n) => n + 1);
      }),
    [],
  );
  if (failed) {
    return (
      <>
        <PageHead title={page.title} />
        <EmptyState title="This page could not be loaded">
          <p>Heliograph was updated, or the connection is gone. Nothing was changed.</p>
          <button type="button" onClick={() => location.reload()}>
            Load the console anew
          </button>
        </EmptyState>
      </>
    );
  }
  return Body === null ? <Loading what={page.title} /> : <Body params={params} query={query} />;
}
