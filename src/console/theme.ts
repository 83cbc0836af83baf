/** Runs before the page is painted: a theme that a person has chosen holds from the first moment on. */
const chosen = localStorage.getItem('heliograph-theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;

export {};
