import { Flight } from './flight';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A block that leaves and is written when it is told to. */
function begin(flight: Flight, messages: number) {
  let onLeft!: () => void;
  let onWritten!: () => void;
  flight.begin(messages, (left) => {
    onLeft = left;
    return new Promise<void>((resolve) => (onWritten = resolve));
  });
  return { leave: () => onLeft(), write: () => onWritten() };
}

async function hasRoom(flight: Flight, messages: number): Promise<boolean> {
  let has = false;
  void flight.roomFor(messages).then(() => (has = true));
  await settle();
  return has;
}

it('claims one block while another one waits to leave, and no third', async () => {
  const flight = new Flight(10);
  const first = begin(flight, 1);
  expect(await hasRoom(flight, 1)).toBe(true);
  begin(flight, 1);
  expect(await hasRoom(flight, 1)).toBe(false);
  first.leave();
  await settle();
  expect(await hasRoom(flight, 1)).toBe(true);
});

it('has as many blocks wait for answers as twice the wire carries, however small they are', async () => {
  const flight = new Flight(10);
  const blocks = Array.from({ length: 20 }, () => begin(flight, 1));
  for (const block of blocks) block.leave();
  await settle();
  expect(await hasRoom(flight, 1)).toBe(false);
  blocks[7]!.write();
  await settle();
  expect(await hasRoom(flight, 2)).toBe(false);
  expect(await hasRoom(flight, 1)).toBe(true);
});

it('what is written has left, and the end waits for all that has begun', async () => {
  const flight = new Flight(1);
  const [first, second] = [begin(flight, 1), begin(flight, 1)];
  let isOver = false;
  void flight.ended().then(() => (isOver = true));
  first.write();
  await settle();
  expect(await hasRoom(flight, 1)).toBe(true);
  expect(isOver).toBe(false);
  second.write();
  await settle();
  expect(isOver).toBe(true);
});
