/** The pages of what a message is sent with come together: most of them are tabs of one another. */
export { default as Routes } from './Routes';
export { default as Senders } from './Senders';
export { default as Template } from './Template';
export { default as Templates } from './Templates';
