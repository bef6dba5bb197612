/** Calls a grid's queue across restarts of its server. */
@Version("0.1.0")
@Export
package org.gridbatch.api.client;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
