/** What others may know of a node's discovery and of an embedded ZooKeeper server. */
@Export
@Version("0.1.0")
package org.gridbatch.discovery;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
