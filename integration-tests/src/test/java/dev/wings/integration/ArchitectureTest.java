/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.integration;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The shape of the code base: which module may know which, and that time and chance come from outside.
final class ArchitectureTest {

    private static JavaClasses wings;

    @BeforeAll
    static void readClasses() {
        wings = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                // of contracts and fixtures that modules share
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages(
                        "dev.wings.common",
                        "dev.wings.controlplane",
                        "dev.wings.ingestor",
                        "dev.wings.server",
                        "dev.wings.compactor",
                        "dev.wings.cli");
    }

    @Test
    void servicesKnowOnlyCommon() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("common")
                .definedBy("dev.wings.common..")
                .layer("control-plane")
                .definedBy("dev.wings.controlplane..")
                .layer("ingestor")
                .definedBy("dev.wings.ingestor..")
                .layer("server")
                .definedBy("dev.wings.server..")
                .layer("compactor")
                .definedBy("dev.wings.compactor..")
                .layer("cli")
                .definedBy("dev.wings.cli..")
                .whereLayer("control-plane")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("ingestor")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("server")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("compactor")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .check(wings);
    }

    @Test
    void timeAndChanceAreInjected() {
        noClasses()
                .that(areNot(
                        resideInAnyPackage("dev.wings.cli..", "dev.wings.common.time", "dev.wings.common.proto..")))
                .and()
                .doNotHaveSimpleName("Main")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .orShould()
                .callConstructor(Random.class)
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(wings);
    }

    @Test
    void onlyTheControlPlaneKnowsSql() {
        noClasses()
                .that(areNot(resideInAnyPackage("dev.wings.controlplane..", "dev.wings.server..", "dev.wings.cli..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..")
                .check(wings);
        noClasses()
                .that()
                .resideInAPackage("dev.wings.controlplane..")
                .and(areNot(resideInAnyPackage("dev.wings.controlplane.postgres..")))
                .and()
                .doNotHaveSimpleName("Main")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "org.postgresql..", "com.zaxxer..", "org.flywaydb..")
                .check(wings);
    }

    @Test
    void packagesAreNamedByCapability() {
        noClasses()
                .should()
                .resideInAnyPackage(
                        "..util..", "..utils..", "..impl..", "..model..", "..manager..", "..dto..", "..helper..")
                .check(wings);
        classes()
                .should()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .check(wings);
    }

    @Test
    void packagesOfAModuleFormNoCycles() {
        for (String module : new String[] {"common", "controlplane", "ingestor", "server", "compactor", "cli"}) {
            slices().matching("dev.wings." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(wings);
        }
    }

    /// The canary: the rules do find an offender.
    @Test
    void ruleFindsOffender() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        assertThatThrownBy(() ->
                        noClasses().should().callMethod(Instant.class, "now").check(offender))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Offender");
    }

    static final class Offender {
        Instant now() {
            return Instant.now();
        }
    }

    private static DescribedPredicate<JavaClass> areNot(DescribedPredicate<JavaClass> predicate) {
        return DescribedPredicate.not(predicate);
    }
}
