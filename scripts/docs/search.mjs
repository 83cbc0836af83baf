/** How sections of pages are found: the same for the index that the build makes and for the browser that asks it. */
export const SEARCH = {
  fields: ['page', 'title', 'text'],
  storeFields: ['address', 'page', 'title'],
  searchOptions: {
    boost: { title: 3, page: 2 },
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    combineWith: 'AND',
  },
  processTerm: (term) => (term.length < 2 ? null : term.toLowerCase()),
};
