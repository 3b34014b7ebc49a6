// Builds the front end: Sass to one stylesheet, and the scripts and icons beside it.
//
// In:  node_modules of the folder that npm runs in (or of the tree), the Sass and scripts of this folder.
// Out: <CONCORD_BUILD_DIR>/concord/…, which Django serves as static/concord/…
// The result must name neither GDS Transport nor the crest: councils may not use them. The build fails if it does.

import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const tree = resolve(here, '..', '..', '..')
const home = process.env.CONCORD_HOME || join(tree, '.concord')
const build = resolve(process.env.CONCORD_BUILD_DIR || join(home, 'build'))
const FORBIDDEN = /GDS Transport|govuk-crest|logotype-crown|logotype-crest/i

/** The folder whose node_modules holds the packages: where npm runs, else the tree (which may be read-only). */
function packagesRoot() {
  const found = [process.cwd(), tree].find((folder) => existsSync(join(folder, 'node_modules', 'govuk-frontend')))
  if (!found) {
    throw new Error('The front-end packages are not installed: run `npm ci` first (./concord does it for you).')
  }
  return found
}

function stylesheet(root) {
  const sass = createRequire(join(root, 'package.json'))('sass')
  const { css } = sass.compile(join(here, 'concord.scss'), {
    loadPaths: [root, join(root, 'node_modules')],
    quietDeps: true,
    style: 'compressed'
  })
  const found = FORBIDDEN.exec(css)
  if (found) {
    throw new Error(`The stylesheet names "${found[0]}", which a council may not use.`)
  }
  return css
}

function copyScripts(root, target) {
  const govuk = join(root, 'node_modules', 'govuk-frontend', 'dist', 'govuk')
  const moj = join(root, 'node_modules', '@ministryofjustice', 'frontend', 'moj')
  copyFileSync(join(govuk, 'govuk-frontend.min.js'), join(target, 'govuk-frontend.js'))
  copyFileSync(join(moj, 'moj-frontend.min.js'), join(target, 'moj-frontend.js'))
  cpSync(join(here, 'static'), target, { recursive: true })
  mkdirSync(join(target, 'images'))
  for (const name of readdirSync(join(moj, 'assets', 'images'))) {
    if (name.startsWith('icon-') && name.endsWith('.svg')) {
      copyFileSync(join(moj, 'assets', 'images', name), join(target, 'images', name))
    }
  }
}

// Built beside its place and then moved there, so that a server never sees half a build.
const root = packagesRoot()
const fresh = join(build, `.concord-${process.pid}`)
const place = join(build, 'concord')
rmSync(fresh, { recursive: true, force: true })
mkdirSync(fresh, { recursive: true })
writeFileSync(join(fresh, 'concord.css'), stylesheet(root))
copyScripts(root, fresh)
rmSync(place, { recursive: true, force: true })
renameSync(fresh, place)
console.log(`Front end built: ${place}`)
