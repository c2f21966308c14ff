import type { ConformanceCase } from "../case.ts";
import { type Finding, hasStatus, header, isFhirJson, isOutcome, judge, judgeSeen, PASS, that } from "../checks.ts";
import { text } from "../json.ts";
import { unknownId, withRead, withSample } from "./samples.ts";

const NEGOTIABLE = [
  "*/*",
  "application/*",
  "application/fhir+xml;q=0.5, application/fhir+json;q=0.9",
  "text/html, application/xhtml+xml, */*;q=0.1",
] as const;

const IMF_FIXDATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Formats, versions and the other headers of an exchange. */
export const HEADER_CASES: readonly ConformanceCase[] = [
  {
    id: "headers/fhir-json",
    group: "headers",
    requirements: ["MIME-01"],
    title: "A read with Accept application/fhir+json has that Content-Type.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async (_context, read) => judge(hasStatus(read, 200), isFhirJson(read))),
  },
  {
    id: "headers/negotiation",
    group: "headers",
    requirements: ["MIME-02"],
    title: "Wildcards and weighted lists in Accept lead to FHIR JSON.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => {
      const answers = await Promise.all(
        NEGOTIABLE.map((accept) => send("GET", `${type}/${id}`, { headers: { accept } })),
      );
      return judge(...answers.map((answer) => hasStatus(answer, 200)));
    }),
  },
  {
    id: "headers/plain-json",
    group: "headers",
    requirements: ["MIME-03"],
    title: "Accept application/json and text/json are answered with JSON.",
    scope: "server",
    run: async ({ send }) => {
      const answers = await Promise.all(
        ["application/json", "text/json"].map((accept) => send("GET", "metadata", { headers: { accept } })),
      );
      return judge(
        ...answers.flatMap((answer) => [
          hasStatus(answer, 200),
          that(/json/.test(header(answer, "content-type") ?? ""), "JSON", `${header(answer, "content-type")}`, answer),
        ]),
      );
    },
  },
  {
    id: "headers/not-acceptable",
    group: "headers",
    requirements: ["MIME-04"],
    title: "Accept text/plain alone is 406 with an OperationOutcome.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => {
      const answer = await send("GET", `${type}/${id}`, { headers: { accept: "text/plain" } });
      return judge(hasStatus(answer, 406), isOutcome(answer));
    }),
  },
  {
    id: "headers/old-media-type",
    group: "headers",
    requirements: ["MIME-07"],
    title: "Accept application/json+fhir is 200 or 406.",
    scope: "server",
    run: async ({ send }) =>
      judge(hasStatus(await send("GET", "metadata", { headers: { accept: "application/json+fhir" } }), 200, 406)),
  },
  {
    id: "headers/fhir-version",
    group: "headers",
    requirements: ["MIME-08"],
    title: "fhirVersion=4.0 in Accept is 200; fhirVersion=3.0 is 406, or at least not labelled 3.0.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => {
      const accept = "application/fhir+json; fhirVersion=";
      const r4 = await send("GET", `${type}/${id}`, { headers: { accept: `${accept}4.0` } });
      const stu3 = await send("GET", `${type}/${id}`, { headers: { accept: `${accept}3.0` } });
      const contentType = header(stu3, "content-type") ?? "";
      const claims = stu3.response.status === 200 && /fhirVersion=3/.test(contentType);
      return judge(
        hasStatus(r4, 200),
        hasStatus(stu3, 200, 406),
        that(!claims, "no claim to be 3.0", contentType, stu3),
      );
    }),
  },
  {
    id: "headers/format-parameter",
    group: "headers",
    requirements: ["MIME-10"],
    title: "_format=json, application/json and application/fhir+json are JSON; an unknown format is 406 or 400.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => {
      const formats = ["json", "application%2Fjson", "application%2Ffhir%2Bjson", "application/fhir+json"];
      const answers = await Promise.all(formats.map((format) => send("GET", `${type}/${id}?_format=${format}`)));
      const unknown = await send("GET", `${type}/${id}?_format=nonsense`);
      return judge(
        ...answers.flatMap((answer) => [hasStatus(answer, 200), isFhirJson(answer)]),
        hasStatus(unknown, 400, 406),
      );
    }),
  },
  {
    id: "headers/format-over-accept",
    group: "headers",
    requirements: ["MIME-09"],
    title: "_format=json with Accept for XML brings JSON.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => {
      const answer = await send("GET", `${type}/${id}?_format=json`, { headers: { accept: "application/fhir+xml" } });
      return judge(hasStatus(answer, 200), isFhirJson(answer));
    }),
  },
  {
    id: "headers/weak-entity-tag",
    group: "headers",
    requirements: ["VER-03"],
    title: 'The ETag of a read is W/"…" with an id inside.',
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async (_context, read) => {
      const etag = header(read, "etag") ?? "no ETag";
      return judge(that(/^W\/"[A-Za-z0-9.-]{1,64}"$/.test(etag), 'ETag W/"version"', etag, read));
    }),
  },
  {
    id: "headers/entity-tag-is-version",
    group: "headers",
    requirements: ["VER-04"],
    title: "The ETag of a read is the versionId of its body.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async (_context, read) => {
      const etag = header(read, "etag");
      const version = text(read.response.json, "meta", "versionId");
      if (etag === undefined) return { kind: "not-applicable", reason: "a read has no ETag" };
      return judge(that(etag.replace(/^W\//, "") === `"${version}"`, `ETag W/"${version}"`, `ETag ${etag}`, read));
    }),
  },
  {
    id: "headers/last-modified",
    group: "headers",
    requirements: ["VER-05"],
    title: "Last-Modified is meta.lastUpdated to the second, in the form that HTTP prescribes.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async (_context, read) => {
      const modified = header(read, "last-modified");
      const updated = text(read.response.json, "meta", "lastUpdated");
      if (modified === undefined || updated === undefined)
        return { kind: "not-applicable", reason: "a read has no Last-Modified or its body no lastUpdated" };
      const same = Math.floor(Date.parse(modified) / 1000) === Math.floor(Date.parse(updated) / 1000);
      return judge(
        that(IMF_FIXDATE.test(modified), "an IMF-fixdate in GMT", modified, read),
        that(same, `the second of ${updated}`, modified, read),
      );
    }),
  },
  {
    id: "headers/if-none-match",
    group: "headers",
    requirements: ["CRD-01"],
    title: "A read with the ETag just given is 304 without a body, or 200 with the whole.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async ({ send, type }, read, { id }) => {
      const etag = header(read, "etag");
      if (etag === undefined) return { kind: "not-applicable", reason: "a read has no ETag" };
      const again = await send("GET", `${type}/${id}`, { headers: { "if-none-match": etag } });
      const stale = await send("GET", `${type}/${id}`, { headers: { "if-none-match": 'W/"another"' } });
      const { status, body } = again.response;
      const consistent = status === 304 ? body === "" : body === read.response.body;
      return judge(
        hasStatus(again, 200, 304),
        that(
          consistent,
          "no body with 304, the same body with 200",
          `status ${status}, ${body.length} characters`,
          again,
        ),
        hasStatus(stale, 200),
      );
    }),
  },
  {
    id: "headers/if-modified-since",
    group: "headers",
    requirements: ["CRD-02"],
    title: "A read since its Last-Modified is 304 or 200; since a day long past it is 200.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async ({ send, type }, read, { id }) => {
      const modified = header(read, "last-modified");
      if (modified === undefined) return { kind: "not-applicable", reason: "a read has no Last-Modified" };
      const since = (date: string) => send("GET", `${type}/${id}`, { headers: { "if-modified-since": date } });
      const old = await since("Thu, 01 Jan 1970 00:00:01 GMT");
      return judge(hasStatus(await since(modified), 200, 304), hasStatus(old, 200));
    }),
  },
  {
    id: "headers/head",
    group: "headers",
    requirements: ["HEAD-01"],
    title:
      "HEAD of a resource, a search and an unknown id has status and headers of GET and no body, or is 405 or 501.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => {
      for (const address of [`${type}/${id}`, `${type}?_count=1`, `${type}/${unknownId()}`]) {
        const get = await send("GET", address);
        const head = await send("HEAD", address);
        if ([405, 501].includes(head.response.status)) continue;
        const differs = ["etag", "content-type", "last-modified"].find(
          (name) => header(get, name) !== header(head, name),
        );
        const finding: Finding =
          hasStatus(head, get.response.status) ??
          that(differs === undefined, `${differs} as with GET`, `${header(head, differs ?? "")}`, head) ??
          that(head.response.body === "", "no body", "a body", head);
        if (finding !== undefined) return finding;
      }
      return PASS;
    }),
  },
  {
    id: "headers/request-id",
    group: "headers",
    requirements: ["HDR-01"],
    title: "An X-Request-Id comes back, as itself or as X-Correlation-Id; without one the server makes its own.",
    scope: "server",
    run: async ({ send }) => {
      const id = unknownId();
      const sent = await send("GET", "metadata", { headers: { "x-request-id": id } });
      const made = await send("GET", "metadata");
      const back = [header(sent, "x-request-id"), header(sent, "x-correlation-id")];
      return judge(
        that(back.includes(id), "the request id that was sent", back.join(", "), sent),
        that((header(made, "x-request-id") ?? "") !== "", "an X-Request-Id", "none", made),
      );
    },
  },
  {
    id: "headers/cors",
    group: "headers",
    requirements: ["GEN-10"],
    title: "A browser of another origin may read, and sees ETag and Location.",
    scope: "server",
    run: async ({ send }) => {
      const origin = "https://app.example.org";
      const headers = { origin, "access-control-request-method": "GET" };
      const preflight = await send("OPTIONS", "metadata", { headers, anonymous: true });
      const answer = await send("GET", "metadata", { headers: { origin } });
      const exposed = (header(answer, "access-control-expose-headers") ?? "").toLowerCase();
      return judge(
        hasStatus(preflight, 200, 204),
        ...[preflight, answer].map((each) =>
          that(header(each, "access-control-allow-origin") !== undefined, "Access-Control-Allow-Origin", "none", each),
        ),
        that(
          /etag|\*/.test(exposed),
          "ETag among the exposed headers",
          exposed === "" ? "none exposed" : exposed,
          answer,
        ),
      );
    },
  },
  {
    id: "headers/date",
    group: "headers",
    requirements: ["GEN-11"],
    title: "Each answer of the run has a valid Date.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        exchanges.map((each) => that(!Number.isNaN(Date.parse(header(each, "date") ?? "")), "a Date", "none", each)),
        "answer",
      ),
  },
];
