/** Message. */
export default function Message() {
  return null;
}
