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
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The shape of the code base: which module may know which, and that time, chance and threads come from outside.
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
                        "dev.wings.worker",
                        "dev.wings.compactor",
                        "dev.wings.client",
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
                .layer("worker")
                .definedBy("dev.wings.worker..")
                .layer("compactor")
                .definedBy("dev.wings.compactor..")
                .layer("client")
                .definedBy("dev.wings.client..")
                .layer("cli")
                .definedBy("dev.wings.cli..")
                .whereLayer("control-plane")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("ingestor")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("server")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("worker")
                .mayOnlyBeAccessedByLayers("compactor")
                .whereLayer("compactor")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("client")
                .mayOnlyBeAccessedByLayers("server", "cli")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .check(wings);
    }

    /// Two runs of the same program differ by what the machine says, and by nothing else: who asks it is not to be
    /// simulated.
    @Test
    void timeChanceAndThreadsAreInjected() {
        List<String> found = new ArrayList<>();
        for (JavaClass each : wings) {
            if (Ban.EDGES.stream().noneMatch(edge -> edge.covers(each))) {
                Ban.callsOf(each)
                        .forEach(call -> Ban.ALL.stream()
                                .filter(ban -> ban.matches(call))
                                .forEach(ban -> found.add(call.getDescription() + ": use " + ban.replacement())));
            }
        }
        assertThat(found).isEmpty();
    }

    /// An edge that is none any more could hide others.
    @Test
    void edgesAskTheMachine() {
        for (Ban.Edge edge : Ban.EDGES) {
            assertThat(StreamSupport.stream(wings.spliterator(), false)
                            .filter(edge::covers)
                            .flatMap(each -> Ban.callsOf(each).stream())
                            .anyMatch(call -> Ban.ALL.stream().anyMatch(ban -> ban.matches(call))))
                    .as("calls of " + edge)
                    .isTrue();
        }
    }

    /// The canary: each banned call is found, and each method of the offender has one.
    @Test
    void eachBannedCallIsFound() {
        JavaClass offender = new ClassFileImporter().importClass(Offender.class);
        Set<JavaAccess<?>> calls = Ban.callsOf(offender);
        assertThat(Ban.ALL)
                .allSatisfy(ban -> assertThat(calls).as("calls of " + ban).anyMatch(ban::matches));
        assertThat(offender.getMethods())
                .allSatisfy(method -> assertThat(calls)
                        .as("banned calls in " + method.getName())
                        .anyMatch(call -> call.getOwner().equals(method)
                                && Ban.ALL.stream().anyMatch(ban -> ban.matches(call))));
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
        for (String module :
                new String[] {"common", "controlplane", "ingestor", "server", "worker", "compactor", "client", "cli"}) {
            slices().matching("dev.wings." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(wings);
        }
    }

    private static DescribedPredicate<JavaClass> areNot(DescribedPredicate<JavaClass> predicate) {
        return DescribedPredicate.not(predicate);
    }
}
