/** A CSV file on its way: sent, read by the server, and its beginning read here for the preview. */
import { signal } from '@preact/signals';
import { addressOf, api, send, type Problem, type Schemas } from '../../../../api';
import { change, form, samples } from '../draft';
import { samplesOf } from './people';

export type UploadAnswer = Schemas['Upload'];

/** The upload that is chosen, as far as it is read. */
export const uploaded = signal<UploadAnswer | null>(null);
export const uploadProblem = signal<Problem | null>(null);
export const sending = signal(false);

/** The file of an upload, as long as this page is open: the API gives back no rows. */
export const atHand = signal<{ id: string; name: string; file: Blob } | null>(null);

/** Read for the preview. */
const HEAD_BYTES = 64 * 1_024;

/** Sends a file, and chooses it as the audience. */
export async function upload(file: Blob, name: string): Promise<void> {
  sending.value = true;
  uploadProblem.value = null;
  change({ audience: 'upload', uploadId: '', recipients: 0 });
  const head = await file.slice(0, HEAD_BYTES).text();
  samples.value = samplesOf(head, file.size > HEAD_BYTES);
  await post(file, name);
  sending.value = false;
}

/** Sends a file in place of the one that is shown, which stays until the answer has come. */
export async function uploadInstead(file: Blob, name: string): Promise<void> {
  uploadProblem.value = null;
  await post(file, name);
}

async function post(file: Blob, name: string): Promise<void> {
  // Browsers call such a file what their system does: text/plain, application/vnd.ms-excel.
  const csv = new Blob([file], { type: 'text/csv' });
  const result = await send<UploadAnswer>('post', addressOf('/api/v1/uploads', { query: { name } }), { body: csv });
  if (!result.ok) {
    uploadProblem.value = result.problem;
    return;
  }
  atHand.value = { id: result.data.id, name, file };
  show(result.data);
}

/** Looks how far the server is. */
export async function look(id: string): Promise<void> {
  const result = await api.get('/api/v1/uploads/{id}', { params: { id } });
  // Another one may have taken its place meanwhile.
  if (form.value?.uploadId !== id) return;
  if (result.ok) show(result.data);
  else uploadProblem.value = result.problem;
}

/** Chooses an earlier one. */
export function choose(id: string): void {
  uploaded.value = null;
  uploadProblem.value = null;
  samples.value = [];
  change({ uploadId: id, recipients: 0 });
  if (id !== '') void look(id);
}

function show(answer: UploadAnswer): void {
  uploaded.value = answer;
  // Somebody may have chosen another audience meanwhile.
  if (form.value?.audience === 'upload') {
    change({ uploadId: answer.id, recipients: answer.valid, columns: answer.columns });
  }
}
