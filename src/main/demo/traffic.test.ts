import { demoTraffic, LISTED } from './traffic';

const NOW = new Date('2026-03-05T10:00:00.250Z');

interface Batch {
  msgs?: { mid: string; to: string }[];
  listsms?: { clientsmsid: string; to: string; templateid: string }[];
}

function metasOf(now: Date): string[] {
  const { requests, list } = demoTraffic(now);
  const sent = requests.flatMap(({ body }) => {
    if (typeof body === 'string') return [new URLSearchParams(body).get('custom')!];
    const { msgs = [], listsms = [] } = body as Batch;
    return [...msgs.map(({ mid }) => mid), ...listsms.map(({ clientsmsid }) => clientsmsid)];
  });
  return [...sent, ...list.metas];
}

test('the documented batch keeps its shape: the array first, metas as CleverTap writes them', () => {
  const [documented] = demoTraffic(NOW).requests;
  expect(JSON.stringify(documented!.body)).toBe(
    '{"msgs":[{"tid":"1107160016156755389","mid":"9999999999.1200000000.1772704800.20260305.0.wzrk_default.-1.","to":"+919999999999","body":"Hi User test notification body message"},' +
      '{"tid":"1107160016156755389","mid":"8888888888.1200000000.1772704800.20260305.0.wzrk_default.-1.","to":"+918888888888","body":"Hi User test notification body message"}],"hid":"CTTEST"}',
  );
});

test('every message has a meta of its own, and none is used again by the next run', () => {
  const first = metasOf(NOW);
  const second = metasOf(new Date(NOW.getTime() + 1_000));
  const total = demoTraffic(NOW).requests.reduce((sum, { messages }) => sum + messages, LISTED);
  expect(new Set([...first, ...second]).size).toBe(2 * total);
});

test('the scheduled send names its instant', () => {
  const { requests, scheduled } = demoTraffic(NOW);
  expect(new URLSearchParams(String(requests[2]!.body)).get('time')).toBe('2026-03-05T10:00:05.250Z');
  expect(scheduled).toEqual({ to: '919800000001', dueAt: new Date('2026-03-05T10:00:05.250Z') });
});
