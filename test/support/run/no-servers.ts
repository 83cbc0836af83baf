/** Project `unit`: a test that reaches for a server of the run fails, whatever else runs beside it. */
import { TEST_DATABASE_URL, TEST_TEMPORAL_ADDRESS } from '../servers';

delete process.env[TEST_DATABASE_URL];
delete process.env[TEST_TEMPORAL_ADDRESS];
