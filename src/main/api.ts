/** Entry point of the api process. */
import { startApi } from '../runtime';
import { runProcess } from './lifecycle';

runProcess('api', startApi);
