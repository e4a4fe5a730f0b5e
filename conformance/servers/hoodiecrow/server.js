// hoodiecrow-imap on loopback, with all plugins that add to the protocol.
//
//   server.js IMAP-PORT IMAPS-PORT PASSWORD USER...
//
// It has one storage for all users. certificate.pem and key.pem are in the working folder.
'use strict';

const fs = require('fs');
const hoodiecrow = require('hoodiecrow-imap');

const [imapPort, imapsPort, password, ...users] = process.argv.slice(2);

// One storage, behind both ports.
const storage = { INBOX: { messages: [] }, '': { separator: '/', folders: {} } };

function listen(port, secureConnection) {
    const server = hoodiecrow({
        plugins: ['ENABLE', 'ID', 'STARTTLS', 'AUTH-PLAIN', 'SASL-IR', 'NAMESPACE', 'IDLE',
            'LITERALPLUS', 'UNSELECT', 'CONDSTORE', 'MOVE', 'SPECIAL-USE', 'CREATE-SPECIAL-USE'],
        users: Object.fromEntries(users.map(user => [user, { password }])),
        secureConnection,
        credentials: {
            key: fs.readFileSync('key.pem'),
            cert: fs.readFileSync('certificate.pem')
        },
        storage
    });
    server.server.on('connection', socket => socket.setNoDelay(true));
    server.listen(Number(port), '127.0.0.1');
}

// An exception that hoodiecrow doesn't catch would end the server, for all that is connected.
process.on('uncaughtException', error => console.error(error));
listen(imapPort, false);
listen(imapsPort, true);
