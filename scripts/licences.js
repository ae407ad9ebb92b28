// Lays both licences into the package that is about to be packed: each package has them, and the root has the only copy
// that is kept. Run by npm, as `prepack`, in the package's folder.
import { copyFileSync } from "node:fs"
import path from "node:path"
import { ROOT } from "./house.js"

for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(path.join(ROOT, name), name)
