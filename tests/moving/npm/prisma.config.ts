// Prisma's schema engine as it comes with the package, on libSQL: the one in a binary of its own would be downloaded.
import { defineConfig } from 'prisma/config'
import { PrismaLibSQL } from '@prisma/adapter-libsql'

export default defineConfig({
  experimental: { adapter: true },
  engine: 'js',
  schema: './schema.prisma',
  migrations: { path: process.env.MOVING_FOLDER },
  adapter: async () => new PrismaLibSQL({ url: `file:${process.env.MOVING_FILE}` }),
} as any)
