/** The pages of campaigns come together: they share most of what they are made of. */
export { default as Campaign } from './Campaign';
export { default as Campaigns } from './Campaigns';
export { default as Correct } from './Correct';
export { default as File } from './File';
export { default as Wizard } from './Wizard';
