// drizzle's own migrator on a database file.
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';

const [migrationsFolder, file] = process.argv.slice(2);
const client = createClient({ url: `file:${file}` });
await migrate(drizzle(client), { migrationsFolder });
client.close();
