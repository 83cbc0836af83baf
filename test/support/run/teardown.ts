/** After the last test of a run. */
import { stopServers } from './servers';

export default stopServers;
