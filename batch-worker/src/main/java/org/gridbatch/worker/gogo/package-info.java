/** Runs scripts, each in a Gogo session of its own, and says truly whether they failed. */
@Version("0.1.0")
@Export
package org.gridbatch.worker.gogo;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
