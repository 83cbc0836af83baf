/** Now. */
export default function Now() {
  return null;
}
