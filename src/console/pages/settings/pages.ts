/** The pages of the settings come together: they are tabs of one another. */
export { default as Account } from './Account';
export { default as Audit } from './Audit';
export { default as Doctor } from './Doctor';
export { default as Erasures } from './Erasures';
export { default as Keys } from './Keys';
export { default as Suppressions } from './Suppressions';
