/** Project `store`: a test that reaches for Temporal fails, whatever else runs beside it. */
import { TEST_TEMPORAL_ADDRESS } from '../servers';

delete process.env[TEST_TEMPORAL_ADDRESS];
