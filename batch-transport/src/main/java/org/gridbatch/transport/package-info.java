/** What callers of remote services may have to catch besides the exceptions of the service itself. */
@Export
@Version("1.0.0")
package org.gridbatch.transport;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
