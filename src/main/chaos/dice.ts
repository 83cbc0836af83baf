/** Chance that is the same again for the same seed. */

export interface Dice {
  /** A number from 0 to 1, without 1. */
  roll(): number;
  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number;
  /** The same, with as many small ones as large ones: as often from 1 to 8 as from 8 to 64. */
  betweenOrders(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
  /** A copy in another order. */
  shuffle<T>(list: readonly T[]): T[];
}

/** @param purpose Each purpose has numbers of its own: more of one don't change the others. */
export function diceOf(seed: number, purpose: string): Dice {
  let state = seed | 0;
  for (const character of purpose) state = (Math.imul(state, 31) + character.charCodeAt(0)) | 0;
  /** mulberry32. */
  const roll = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const dice: Dice = {
    roll,
    between: (least, most) => least + Math.floor(roll() * (most - least + 1)),
    betweenOrders: (least, most) => Math.round(least * (most / least) ** roll()),
    pick: (from) => from[Math.floor(roll() * from.length)]!,
    shuffle(list) {
      const left = [...list];
      return list.map(() => left.splice(Math.floor(roll() * left.length), 1)[0]!);
    },
  };
  return dice;
}
