/** What the shell of a node does for commands of other bundles. */
@Version("0.1.0")
@Export
package org.gridbatch.shell.byhand;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
