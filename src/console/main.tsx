/** What /console loads. */
import { render } from 'preact';
import { watchSession } from './api';
import { App } from './app';
import { startRouter } from './router';

startRouter();
watchSession();
render(<App />, document.getElementById('app')!);
