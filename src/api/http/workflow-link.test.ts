import { createWorkflowLinks, workflowsUrlOf } from './workflow-link';

test('leads to the workflow in its namespace, whatever characters they have', () => {
  const linkTo = createWorkflowLinks(workflowsUrlOf('https://temporal.example.com/ui', 'sms/live'));
  expect(linkTo('campaign/cmp_1')).toEqual({
    workflowId: 'campaign/cmp_1',
    workflowUrl: 'https://temporal.example.com/ui/namespaces/sms%2Flive/workflows/campaign%2Fcmp_1',
  });
});

test('is the id alone where no UI is known', () => {
  expect(createWorkflowLinks(workflowsUrlOf(undefined, 'default'))('import/1')).toEqual({ workflowId: 'import/1' });
});
