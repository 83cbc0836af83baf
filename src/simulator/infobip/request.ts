/** Infobip's v3 request, checked as its OpenAPI says (Infobip OpenAPI 3.210, `POST /sms/3/messages`, `SmsRequestEnvelope`). */
import type { Check, Violation } from '../shape';
import { flag, integer, isObject, list, object, optional, required, string, word } from '../shape';

const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const VALIDITY_UNITS = { SECONDS: 1, MINUTES: 60, HOURS: 3_600 } as const;

const time = object({ hour: required(integer(0, 23)), minute: required(integer(0, 59)) });
const textContent = object({
  text: required(string()),
  transliteration: optional(string()),
  language: optional(
    object({ languageCode: optional(string()), singleShift: optional(flag), lockingShift: optional(flag) }),
  ),
});
const binaryContent = object({
  hex: required(string()),
  dataCoding: optional(integer()),
  esmClass: optional(integer()),
});
const content: Check = (value, path, violations) =>
  (isObject(value) && 'hex' in value ? binaryContent : textContent)(value, path, violations);

const message = object({
  sender: optional(string()),
  destinations: required(
    list(
      object({
        to: required(string(64)),
        messageId: optional(string(200)),
        networkId: optional(integer()),
      }),
    ),
  ),
  content: required(content),
  options: optional(
    object({
      platform: optional(object({ entityId: optional(string(255)), applicationId: optional(string(255)) })),
      validityPeriod: optional(
        object({ amount: required(integer()), timeUnit: optional(word(...Object.keys(VALIDITY_UNITS))) }),
      ),
      deliveryTimeWindow: optional(
        object({ days: required(list(word(...DAYS))), from: optional(time), to: optional(time) }),
      ),
      campaignReferenceId: optional(string(255)),
      flash: optional(flag),
      regional: optional(
        object({
          indiaDlt: optional(
            object({
              contentTemplateId: optional(string()),
              principalEntityId: required(string()),
              telemarketerId: optional(string()),
            }),
          ),
          turkeyIys: optional(
            object({ brandCode: optional(integer()), recipientType: required(word('BIREYSEL', 'TACIR')) }),
          ),
          southKorea: optional(object({ title: optional(string(66)), resellerCode: optional(integer()) })),
        }),
      ),
    }),
  ),
  webhooks: optional(
    object({
      delivery: optional(
        object({ url: optional(string()), intermediateReport: optional(flag), notify: optional(flag) }),
      ),
      contentType: optional(word('application/json', 'application/xml')),
      callbackData: optional(string(4_000)),
    }),
  ),
});

const envelope = object({
  messages: required(list(message)),
  options: optional(
    object({
      schedule: optional(
        object({
          bulkId: optional(string(100)),
          sendAt: optional(string()),
          sendingSpeedLimit: optional(
            object({ amount: required(integer(1)), timeUnit: optional(word('MINUTE', 'HOUR', 'DAY')) }),
          ),
        }),
      ),
      tracking: optional(
        object({
          shortenUrl: optional(flag),
          trackClicks: optional(flag),
          trackingUrl: optional(string()),
          removeProtocol: optional(flag),
          customDomain: optional(string()),
        }),
      ),
      includeSmsCountInResponse: optional(flag),
      conversionTracking: optional(
        object({ useConversionTracking: optional(flag), conversionTrackingName: optional(string()) }),
      ),
    }),
  ),
});

/** The fields of a checked request that the simulator reads. */
export interface MessagesRequest {
  messages: {
    sender?: string;
    destinations: { to: string; messageId?: string }[];
    content: { text: string } | { hex: string };
    options?: {
      flash?: boolean;
      validityPeriod?: { amount: number; timeUnit?: keyof typeof VALIDITY_UNITS };
      regional?: { indiaDlt?: { principalEntityId: string; contentTemplateId?: string } };
    };
    webhooks?: { delivery?: { url?: string }; callbackData?: string };
  }[];
  options?: { schedule?: { bulkId?: string }; includeSmsCountInResponse?: boolean };
}

/** Checks a request body that is JSON. */
export function checkRequest(body: unknown): { violations: Violation[] } | { request: MessagesRequest } {
  const violations: Violation[] = [];
  envelope(body, '', violations);
  // The envelope has just been checked field by field; no narrower proof is possible.
  return violations.length > 0 ? { violations } : { request: body as MessagesRequest };
}

export function validitySeconds(
  period: { amount: number; timeUnit?: keyof typeof VALIDITY_UNITS } | undefined,
): number | undefined {
  return period && period.amount * VALIDITY_UNITS[period.timeUnit ?? 'MINUTES'];
}
