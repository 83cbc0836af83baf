/** Everything the workflow bundle exports: names here are workflow types and must not change. */
export { importWorkflow } from './upload';
export { gatewayTestWorkflow } from './gateway-test';
export { campaignWorkflow } from './campaign';
export { forecastWorkflow } from './forecast';
export { occurrenceWorkflow } from './occurrence';
export { dutyWorkflow, maintenanceWorkflow } from './maintenance';
export { relayWorkflow } from './relay';
export { sendWorkflow } from './send';
