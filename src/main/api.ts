/** Entry point of the api process. */
import { startApi } from '../runtime/api';
import { runProcess } from './lifecycle';

runProcess('api', startApi);
