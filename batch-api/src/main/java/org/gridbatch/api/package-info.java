/** What producers, workers and observers of a grid import. */
@Version("0.1.0")
@Export
package org.gridbatch.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
