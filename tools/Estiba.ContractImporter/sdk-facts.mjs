// Prints, as JSON, what a client package of the AWS SDK for JavaScript knows of its service: operations, structures with members, enumerations and errors.
// Usage: node sdk-facts.mjs FOLDER-OF-THE-UNPACKED-PACKAGE
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

// Traits that are only on or off come as the bits of a number, in the order of translateTraits.js of @smithy/core.
const bits = ["httpLabel", "idempotent", "idempotencyToken", "sensitive", "httpPayload", "httpResponseCode", "httpQueryParams"];
const folder = process.argv[2];
const enums = readEnums();
const interfaces = readInterfaces();
const { schemas, operations } = readSchemas();
const shapes = {};
const facts = { operations: {}, shapes, enums, xmlNamespace: readXmlNamespace() };
for (const [name, [, , , given, input, output]] of operations) {
  const [method, path, status] = given?.http ?? [];
  const http = method && { method, path, status };
  facts.operations[name] = { http, input: typeOf(input)?.shape, output: typeOf(output)?.shape, errors: errorsOf(name) };
}
for (const schema of schemas) if (schema[0] === -3) typeOf(schema);
process.stdout.write(JSON.stringify(facts));

// The schemas are arrays that refer to each other by functions: they are evaluated, without what they import.
function readSchemas() {
  const names = [];
  const source = readFileSync(join(folder, "dist-es/schemas/schemas_0.js"), "utf8")
    .replace(/import\s*\{([^}]*)\}\s*from\s*"[^"]*";/g, (_, list) => list.split(",").map((part) => part.trim()).filter(Boolean).map((part) => `var ${part.split(" as ").pop()} = stand;`).join(" "))
    .replace(/^(?:export )?var (\S+) = /gm, (_, name) => (names.push(name), `var ${name} = `))
    .replace(/^export const (\S+) = /gm, "const $1 = ");
  class Registry {
    static for() { return new Registry(); }
    registerError() {}
  }
  const values = new Function("stand", `${source}\nreturn [${names.join(",")}];`)(Registry);
  const arrays = values.filter((value) => Array.isArray(value) && typeof value[1] === "string");
  return { schemas: arrays, operations: arrays.filter((schema) => schema[0] === 9).map((schema) => [schema[2], schema]) };
}

// A schema is a number for what is simple, an array for what has a name, a function for what comes later, and a pair with traits around each.
function typeOf(schema, hint) {
  if (typeof schema === "function") return typeOf(schema(), hint);
  if (Array.isArray(schema) && typeof schema[1] !== "string") return { ...typeOf(schema[0], hint), ...traits(schema[1]) };
  if (typeof schema === "number") {
    if (schema & 128) return { type: "map", value: typeOf(schema & ~128) };
    if (schema & 64) return { type: "list", member: typeOf(schema & ~64, hint) };
    if (schema === 0 && enums[hint]) return { type: "string", enum: hint };
    const timestampFormat = { 5: "iso8601", 6: "rfc822", 7: "unixTimestamp" }[schema];
    return { timestampFormat, type: { 0: "string", 1: "number", 2: "boolean", 4: "timestamp", 5: "timestamp", 6: "timestamp", 7: "timestamp", 15: "document", 21: "blob", 42: "blob" }[schema] ?? "number" };
  }
  if (!Array.isArray(schema)) return undefined; // "unit": nothing
  const [kind, , name] = schema;
  if (kind === 1) return { type: "list", member: typeOf(schema[4], hint), list: name };
  if (kind === 2) return { type: "map", value: typeOf(schema[5]), list: name };
  if (kind === 0) return { ...typeOf(schema[4], hint), ...traits(schema[3]) };
  structure(schema);
  return { type: "structure", shape: name };
}

function structure([kind, , name, shapeTraits, members, types, required]) {
  if (shapes[name]) return;
  shapes[name] = { type: "structure", members: {}, required: members.slice(0, required ?? 0) };
  if (kind === -3) {
    shapes[name].exception = true;
    // Of a query service: the code by which an error is called, and its status.
    const [code, httpStatusCode] = shapeTraits?.awsQueryError ?? [];
    if (code) shapes[name].error = { code, httpStatusCode, senderFault: httpStatusCode < 500 };
    if (shapeTraits?.httpError) shapes[name].httpError = { httpStatusCode: shapeTraits.httpError };
  }
  if (kind === 4) shapes[name].union = true;
  members.forEach((member, index) => {
    const type = typeOf(types[index], interfaces[name]?.[member]);
    if (type.location === "uri") type.locationName = member;
    if (type.payload) shapes[name].payload = member;
    shapes[name].members[member] = type;
  });
}

function traits(given) {
  if (typeof given === "number") given = Object.fromEntries(bits.filter((_, bit) => (given >> bit) & 1).map((name) => [name, 1]));
  const found = { locationName: given.jsonName ?? given.xmlName, queryName: given.ec2QueryName };
  if (given.httpHeader) Object.assign(found, { location: "header", locationName: given.httpHeader });
  if (given.httpPrefixHeaders !== undefined) Object.assign(found, { location: "headers", locationName: given.httpPrefixHeaders });
  if (given.httpQuery) Object.assign(found, { location: "querystring", locationName: given.httpQuery });
  if (given.httpQueryParams) found.location = "querystring";
  if (given.httpLabel) found.location = "uri";
  if (given.httpResponseCode) found.location = "statusCode";
  const marks = { payload: "httpPayload", flattened: "xmlFlattened", xmlAttribute: "xmlAttribute" };
  Object.assign(marks, { idempotencyToken: "idempotencyToken", sensitive: "sensitive", streaming: "streaming" });
  for (const [fact, trait] of Object.entries(marks)) if (given[trait]) found[fact] = true;
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function readXmlNamespace() {
  return readFileSync(join(folder, "dist-es/runtimeConfig.shared.js"), "utf8").match(/xmlNamespace: "([^"]*)"/)?.[1];
}

function readEnums() {
  const found = {};
  const text = declarations().join("\n");
  for (const [, name, body] of text.matchAll(/export declare const (\w+): \{([\s\S]*?)\n\};/g)) {
    const values = [...body.matchAll(/readonly [^:\n]+: "([^"]*)";/g)].map((match) => match[1]);
    if (values.length > 0) found[name] = values;
  }
  return found;
}

function readInterfaces() {
  const found = {};
  for (const text of declarations())
    for (const [, name, body] of text.matchAll(/export interface (\w+)[^{]*\{([\s\S]*?)\n\}/g)) {
      found[name] = {};
      for (const [, member, type] of body.matchAll(/^ {4}(\w+)\??: (.*);$/gm)) found[name][member] = type.match(/\w+/)?.[0];
    }
  return found;
}

function declarations() {
  const models = join(folder, "dist-types/models");
  return readdirSync(models).filter((file) => file.endsWith(".d.ts")).map((file) => readFileSync(join(models, file), "utf8"));
}

function errorsOf(operation) {
  const text = readFileSync(join(folder, "dist-types/commands", operation + "Command.d.ts"), "utf8");
  return [...text.matchAll(/@throws \{@link (\w+)\} \((?:client|server) fault\)/g)].map((match) => match[1]);
}
