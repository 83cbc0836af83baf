/** A template: its text as a phone shows it, its parts, and whether it is what the DLT has. */
import { api, may, type Result, type Schemas } from '../../api';
import { PageHead, Shown, toast, useForm, useLoad } from '../../parts';
import { go, href, type PageProps } from '../../router';
import { TemplateForm, type TemplateField } from './TemplateForm';

type Template = Schemas['Template'];

export default function TemplatePage({ params: { id } }: PageProps) {
  if (id === undefined) return <Edit />;
  return <Existing id={id} />;
}

function Existing({ id }: { id: string }) {
  const template = useLoad((signal) => api.get('/api/v1/templates/{id}', { params: { id }, signal }), [id]);
  return (
    <Shown of={template} what="the template" title="Template" lines={8}>
      {(found) => <Edit key={found.id} template={found} />}
    </Shown>
  );
}

function Edit({ template }: { template?: Template }) {
  const form = useForm<TemplateField>({
    name: template?.name ?? '',
    text: template?.text ?? '',
    dltTemplateId: template?.dltTemplateId ?? '',
    dltText: template?.dltText ?? '',
    entityId: template?.entityId ?? '',
    class: template?.class ?? '',
    sensitive: template?.sensitive === true ? 'true' : '',
  });
  const back = (): void => go(href('/templates'));
  const save = (): void => {
    const { values } = form;
    const body = {
      name: values.name.trim(),
      text: values.text,
      dltTemplateId: values.dltTemplateId.trim() || null,
      dltText: values.dltText.trim() === '' ? null : values.dltText,
      entityId: values.entityId.trim() || null,
      class: (values.class || null) as Template['class'],
      sensitive: values.sensitive === 'true',
    };
    const send = (): Promise<Result<Template>> =>
      template === undefined
        ? api.post('/api/v1/templates', { body })
        : api.patch('/api/v1/templates/{id}', { params: { id: template.id }, body });
    form.send(send, ({ name }) => {
      toast(`“${name}” is saved.`);
      back();
    });
  };
  return (
    <>
      <PageHead
        title={template === undefined ? 'Add a template' : template.name}
        sentence="What you write is what the phone shows; values take the place of {names}."
      >
        <a href={href('/templates')}>All templates</a>
      </PageHead>
      <TemplateForm of={form} onSubmit={save} onCancel={back} mayChange={may('manage')} />
    </>
  );
}
