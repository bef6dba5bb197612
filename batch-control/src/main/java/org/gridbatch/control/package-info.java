/** What both ends of a control socket share: frames, the client, and the list of running nodes. Needs no OSGi. */
package org.gridbatch.control;
