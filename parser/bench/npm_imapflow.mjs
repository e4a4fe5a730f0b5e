/* imapflow, from npm (peer.h says what a peer does). Measured is its parser alone, as it calls it for
 * each message: the tree of its words, lists and literals. What parts the octets into messages and
 * literals is its own too, but has run before. */
import { once } from "node:events";
import fs from "node:fs";
import { createRequire } from "node:module";
import readline from "node:readline";

const require = createRequire(process.env.IMAPSPEC_NODE_MODULES + "/");
const { ImapStream } = require("imapflow/lib/handler/imap-stream.js");
const parser = require("imapflow/lib/handler/imap-parser.js");

async function messagesOf(octets) {
    const stream = new ImapStream({ logger: { trace() {}, debug() {}, error() {} } });
    const messages = [];
    stream.on("data", ({ payload, literals, next }) => {
        messages.push({ payload, literals });
        next();
    });
    stream.end(octets);
    await once(stream, "end");
    return messages;
}

async function parseAll(messages) {
    let check = 0;
    for (const { payload, literals } of messages) {
        const message = await parser(payload, { literals });
        check += message.tag.length + (message.attributes?.length ?? message.numbers?.length ?? 0);
    }
    return check;
}

const octets = fs.readFileSync(process.argv[3]);
const messages = await messagesOf(octets);
console.log("makes trees; messages are parted before");
for await (const _ of readline.createInterface({ input: process.stdin })) {
    const start = process.hrtime.bigint();
    const check = await parseAll(messages);
    console.log(`${process.hrtime.bigint() - start} ${check}`);
}
