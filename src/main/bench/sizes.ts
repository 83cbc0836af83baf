/** How much each phase does. */
export interface Sizes {
  raw: number;
  singles: number;
  /** Requests of 1,000 recipients. */
  batches: number;
  /** Recipients per dispatch campaign; the full cycle takes a fifth of them. */
  dispatch: number;
  receipts: number;
  probes: number;
  /** Campaigns of one recipient that are due one after the other, and over how long. */
  schedules: { campaigns: number; overMs: number };
  /** Recipients of the campaign that is paused. */
  paused: number;
  /** Recipients of the two campaigns between which the memory of worker and api is compared. */
  memory: { few: number; many: number };
}

export const FULL: Sizes = {
  raw: 40_000,
  singles: 10_000,
  batches: 100,
  dispatch: 100_000,
  receipts: 40_000,
  probes: 50,
  schedules: { campaigns: 200, overMs: 20_000 },
  paused: 40_000,
  memory: { few: 10_000, many: 1_000_000 },
};

export const QUICK: Sizes = {
  raw: 15_000,
  singles: 3_000,
  batches: 30,
  dispatch: 20_000,
  receipts: 10_000,
  probes: 20,
  schedules: { campaigns: 200, overMs: 20_000 },
  paused: 20_000,
  memory: { few: 10_000, many: 100_000 },
};
