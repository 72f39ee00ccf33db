import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, transformWithOxc, type Plugin } from 'vite';

const OUTPUT = '../raceapp/board';
const COMPRESSED = /\.(html|js|css|svg|webmanifest)$/;

/** Every file of the build below `folder`, as the path a browser asks for. */
function built(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && !entry.name.endsWith('.gz'));
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length)).sort();
}

/**
 * Write the service worker with the list of what it keeps, then a `.gz` beside each text.
 *
 * The worker's version is a hash of all that was built: another build is another worker.
 */
function worker(): Plugin {
  let folder = '';
  return {
    name: 'board-worker',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const files = built(folder);
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(folder + file));
      const kept = files.filter((file) => file !== '/index.html' && !file.endsWith('.map'));
      const source = readFileSync('worker/sw.ts', 'utf8')
        .replace('export {};', '')
        .replace('__VERSION__', hash.digest('hex').slice(0, 12))
        .replace("['__FILES__']", JSON.stringify(['/', ...kept]));
      const { code } = await transformWithOxc(source, 'sw.ts');
      writeFileSync(join(folder, 'sw.js'), code);
      for (const file of [...files, '/sw.js'].filter((name) => COMPRESSED.test(name))) {
        const level = constants.Z_BEST_COMPRESSION;
        writeFileSync(`${folder}${file}.gz`, gzipSync(readFileSync(folder + file), { level }));
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), worker()],
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npx vite` beside `make run`: pages reload as they are written, the API is the running one.
  server: {
    proxy: {
      // The API takes cookies only from pages of its own host.
      '/v1': { target: `http://127.0.0.1:${process.env.PORT ?? 8000}`, changeOrigin: false },
    },
  },
});
