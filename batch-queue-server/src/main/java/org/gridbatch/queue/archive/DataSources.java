/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;

/** Finds the driver of a database. */
@FunctionalInterface
public interface DataSources {
    /**
     * @param driver the name of its class
     * @param properties those of an OSGi {@code DataSourceFactory}
     * @throws SQLException if there is no such driver, or not yet
     */
    DataSource create(String driver, Properties properties) throws SQLException;
}
