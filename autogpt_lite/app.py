"""The front door: opens everything in order, wires it together, closes it in reverse. Wiring only."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from .accounts.routes import accounts_routes
from .accounts.service import AccountsService
from .accounts.sessions import key_of_request
from .agent_files.routes import agent_file_routes
from .agent_files.service import AgentFileService
from .agents_folder.routes import agents_folder_routes
from .agents_folder.service import AgentsFolder
from .api_keys.routes import api_key_routes
from .api_keys.service import ApiKeyService
from .audit.routes import audit_routes
from .audit.service import AuditService
from .backups.due import BACKUP_JOB, LOOK_EVERY_S, DueBackups
from .backups.routes import backup_routes
from .backups.service import BackupService
from .blocks.charges import CallCharges
from .blocks.routes import block_routes
from .blocks.service import BlockService
from .budgets.book import BudgetBook
from .budgets.routes import budget_routes
from .budgets.service import BudgetService
from .config import Config
from .costs.folding import fold_costs
from .costs.routes import cost_routes
from .costs.service import CostService
from .credentials.access import CredentialsAccess
from .credentials.keys import Keys, given_keys
from .credentials.providers import ProviderCatalog
from .credentials.rotation import SealedCredentials, find_lost
from .credentials.routes import credentials_routes
from .credentials.secrets import SecretBox
from .credentials.service import CredentialsService
from .credentials.system import SystemCredentials
from .credentials.uses import delete_old_uses
from .credits.ledger import Ledger
from .db import Database
from .engine.core import EngineServices
from .engine.engine import Engine
from .events import EventBus
from .examples.routes import example_routes
from .examples.service import ExampleService
from .executions.routes import execution_routes
from .executions.service import ExecutionService
from .graphs.routes import routes as graph_routes
from .graphs.service import GraphService
from .jobs.routes import job_routes
from .jobs.service import SystemJob, SystemJobs
from .late_runs.routes import late_run_routes
from .late_runs.service import LATE_S, LateRunService
from .library.orphans import tell_removed_orphans
from .library.service import LibraryService
from .library_agents.routes import library_agent_routes
from .library_agents.service import LibraryAgentService
from .library_cards.routes import library_card_routes
from .library_cards.service import LibraryCardService
from .library_folders.routes import folder_routes
from .library_folders.service import FolderService
from .net import client as net
from .node_history.routes import node_history_routes
from .node_history.service import NodeHistoryService
from .oauth.routes import oauth_routes
from .oauth.service import OAuthService
from .observability.log_tail import LogTail
from .observability.routes import status_routes
from .observability.service import StatusService
from .ollama.routes import ollama_routes
from .ollama.service import OllamaService
from .onboarding.routes import onboarding_routes
from .onboarding.service import OnboardingService
from .paths import packaged_file
from .presets.routes import preset_routes
from .presets.service import PresetService
from .prices.routes import price_routes
from .prices.service import PriceService
from .registry import Registry
from .reruns.routes import rerun_routes
from .reruns.service import RerunService
from .retention.routes import retention_routes
from .retention.service import RetentionService
from .reviews.routes import review_routes
from .reviews.service import ReviewService
from .reviews.store import ReviewRows
from .run_search.routes import run_search_routes
from .run_search.service import RunSearch
from .schedules.config_entries import ConfigSchedules
from .schedules.cron import find_zone
from .schedules.history import delete_old_fires
from .schedules.overview import ScheduleOverview
from .schedules.routes import schedule_routes
from .schedules.service import ScheduleService
from .schedules.ticker import Ticker
from .sdk import text
from .triggers.leftovers import delete_old_deliveries, give_webhooks_back
from .triggers.routes import trigger_routes
from .triggers.sealed import SealedWebhooks
from .triggers.service import TriggerService
from .users.routes import user_routes
from .users.service import UserService
from .users.types import DEFAULT_USER_ID
from .web.routing import Route

log = logging.getLogger(__name__)

DATABASE_NAME = "autogpt_lite.sqlite"
RETENTION_JOB, RETENTION_EVERY_S = "retention", 3600.0
DAY_S, INDEX_S = 86_400.0, 900.0
GIVE_BACK_JOB, GIVE_BACK_EVERY_S = "give_webhooks_back", 3600.0


class App:
    """Everything that one process runs on one data directory. `async with App.open(config, data_dir) as app: ...`"""

    def __init__(self, config: Config, data_dir: Path, db: Database, registry: Registry, log_tail: LogTail):
        self.config = config
        self.data_dir = data_dir
        self.db = db
        self.registry = registry
        self.bus = EventBus(config.websocket.ring_events)
        self.users = UserService(db, find_zone)
        self.api_keys = ApiKeyService(db)
        self.audit = AuditService(db)
        self.accounts = AccountsService(db, config, data_dir, self.users, self.api_keys, self.audit)
        box = SecretBox(data_dir, Keys(data_dir, given_keys(config.credentials.key, config.credentials.key_command)))
        self.credentials_access = CredentialsAccess(db, box, SystemCredentials(config.llm), config.credentials)
        self.credentials = CredentialsService(db, self.credentials_access, change_wait_s=config.credentials.change_wait_s)
        self.providers = ProviderCatalog(registry, self.credentials_access.system)
        self.oauth = OAuthService(config.oauth, self.credentials, lambda: self.accounts.public_url or self.accounts.base_url)
        self.sealed = [SealedCredentials(self.credentials_access), SealedWebhooks(db)]
        box.keys.is_needed = lambda: any(rows.is_any() for rows in self.sealed)
        self.library = LibraryService(db)
        self.ledger, self.book = Ledger(), BudgetBook(self.users.timezone_of)
        self.costs = CostService(db, registry, self.users.timezone_of)
        self.graphs = GraphService(db, registry, self.library, find_credentials=self.credentials_access.finder)
        self.engine = Engine(db, registry, self.bus, config, self._engine_services())
        self.budgets = BudgetService(db, self.engine, self.book, self.costs, self.library)
        self.executions = ExecutionService(db, registry, self.engine, self.graphs, self.credentials_access)
        self.folders = FolderService(db)
        self.library_agents = LibraryAgentService(db, self.library, self.graphs, self.executions, self.folders)
        self.presets = PresetService(db, self.library, self.graphs, self.executions)
        self.run_search = RunSearch(db, self.executions)
        self.reviews = ReviewService(db, self.engine)
        self.agent_files = AgentFileService(db, self.graphs, self.executions)
        self.agents_folder = AgentsFolder(db, self.graphs, config.agents, DEFAULT_USER_ID)
        self.blocks = BlockService(
            registry, self.credentials_access, config, CallCharges(db, self.ledger, self.book, config.engine)
        )
        self.schedules = ScheduleService(db, self.executions, config.schedules, self.users.timezone_of)
        self.triggers = TriggerService(
            db,
            registry,
            self.graphs,
            self.library,
            self.library_agents,
            self.presets,
            self.executions,
            self.credentials_access,
            box,
            config,
        )
        self.prices = PriceService(db, registry, self.graphs, self.library, self.executions, config)
        self.book.usual_cost = lambda run: self.prices.usual_cost(run, self.engine.plan_of)
        self.reruns = RerunService(db, self.engine, self.executions, self.schedules, self.triggers, self.prices, self.graphs)
        self.ticker = Ticker(db, self.executions, self.library, self.bus)
        self.examples = ExampleService(db, self.graphs, registry)
        self.retention = RetentionService(db, self.graphs, config)
        self.jobs = SystemJobs(db)
        self.backups = BackupService(db, data_dir)
        self.due_backups = DueBackups(db, self.backups, lambda: self.retention.current().backup_hours)
        self.late_runs = LateRunService(db, self.engine)
        self.status = StatusService(
            db,
            self.engine,
            self.late_runs,
            self.jobs,
            data_dir,
            log_tail=log_tail,
            secret_key=box.keys.state,
            retention=self.retention.current,
            backup_plan=lambda: self.due_backups.plan(self.jobs.next_run_at(BACKUP_JOB)),
        )
        self.routes: list[Route] = [
            *accounts_routes(self.accounts),
            *user_routes(self.users),
            *api_key_routes(self.api_keys),
            *audit_routes(self.audit),
            *graph_routes(self.graphs),
            *execution_routes(self.executions),
            *library_agent_routes(self.library_agents),
            *library_card_routes(LibraryCardService(db, self.graphs, self.costs)),
            *example_routes(self.examples, self.graphs),
            *cost_routes(self.costs),
            *budget_routes(self.budgets),
            *folder_routes(self.folders),
            *preset_routes(self.presets),
            *price_routes(self.prices),
            *node_history_routes(NodeHistoryService(db, self.graphs)),
            *rerun_routes(self.reruns),
            *run_search_routes(self.run_search),
            *retention_routes(self.retention),
            *review_routes(self.reviews),
            *agent_file_routes(self.agent_files),
            *agents_folder_routes(self.agents_folder),
            *backup_routes(self.backups),
            *block_routes(self.blocks, self.users.timezone_of),
            *schedule_routes(self.schedules, ScheduleOverview(db)),
            *trigger_routes(self.triggers, config.triggers),
            *job_routes(self.jobs),
            *onboarding_routes(OnboardingService(db, self.executions)),
            *ollama_routes(OllamaService(config.llm)),
            *late_run_routes(self.late_runs),
            *status_routes(self.status),
            *credentials_routes(self.credentials, self.credentials_access, self.providers, self.sealed),
            *oauth_routes(self.oauth, key_of_request),
        ]
        self._wire()

    def _engine_services(self) -> EngineServices:
        return EngineServices(
            budgets=self.book,
            credentials=self.credentials_access,
            ledger=self.ledger,
            library=self.library,
            reviews=ReviewRows(),
            load_graph=self.graphs.load_graph,
            timezone_of=self.users.timezone_of,
        )

    def _wire(self) -> None:
        self.library.leaving.append(self.executions.end_queued_runs_tx)
        self.graphs.deleting.append(self.executions.delete_runs_of_graph_tx)
        self.graphs.deleting.append(self.presets.delete_presets_of_graph_tx)
        self.graphs.deleting.append(self.retention.delete_rule_tx)
        self.graphs.deleted.append(self.executions.stop_runs_of_graph)
        self.graphs.deleted.append(lambda user_id, _: self.budgets.refresh(user_id))
        self.users.moved.append(self.budgets.refresh)
        self.users.leaving += [self.graphs.delete_graphs_of_user, self.executions.delete_runs_of_user]
        self.jobs.add(
            SystemJob(
                RETENTION_JOB,
                RETENTION_EVERY_S,
                self.retention.apply,
                "Removes old runs, and what is left of deleted ones, and gives their space back.",
            )
        )
        self.jobs.add(
            SystemJob(
                BACKUP_JOB, LOOK_EVERY_S, self.due_backups.run, "Makes a backup where one is due and something has changed."
            )
        )
        self._wire_schedules()
        self._wire_triggers()
        self._wire_credentials()

    def _wire_credentials(self) -> None:
        credentials, days = self.credentials, self.config.credentials.log_days
        credentials.listed_users += [
            ("agent", self.graphs.list_of_credentials),
            ("preset", self.presets.list_of_credentials),
            ("schedule", self.schedules.list_of_credentials),
        ]
        credentials.deleting += [self.schedules.pause_for_credentials_tx, self.presets.deactivate_for_credentials_tx]
        credentials.deleted.append(self.ticker.wake)
        credentials.revoke, self.credentials_access.renew = self.oauth.revoke, self.oauth.renew
        self.providers.login_state = self.oauth.login_state
        run, about = lambda: delete_old_uses(self.db, days), "Keeps the log of the uses of credentials in bounds."
        self.jobs.add(SystemJob("delete_old_credential_uses", DAY_S, run, about))

    def _wire_schedules(self) -> None:
        self.schedules.changed = self.ticker.wake
        self.library_agents.scheduled.append(self.schedules.next_runs)
        days = self.config.schedules.history_days
        jobs = (
            (
                "report_late_runs",
                LATE_S,
                self.late_runs.report,
                "Counts runs that wait too long or make no progress, and logs each once.",
            ),
            (
                "fold_costs",
                DAY_S,
                lambda: fold_costs(self.db, self.users.timezone_of),
                "Keeps one sum a day of what was spent, for three years.",
            ),
            ("index_runs", INDEX_S, self.run_search.update, "Makes the words of ended runs known to the search."),
            ("delete_old_audit", DAY_S, self.audit.delete_old, "Removes audit rows older than a year."),
            ("delete_old_fires", DAY_S, lambda: delete_old_fires(self.db, days), "Keeps the history of schedules in bounds."),
        )
        for name, every_s, run, description in jobs:
            self.jobs.add(SystemJob(name, float(every_s), run, description))

    def _wire_triggers(self) -> None:
        self.presets.webhooks = self.triggers
        self.library_agents.listening.append(self.presets.graphs_listening)
        self.triggers.clear_soon = lambda: self.jobs.run_soon(GIVE_BACK_JOB)
        self.library.leaving.append(lambda tx, *_: tx.after_commit(self.triggers.clear_soon))
        days = self.config.triggers.history_days
        jobs = (
            (
                GIVE_BACK_JOB,
                GIVE_BACK_EVERY_S,
                lambda: give_webhooks_back(self.db, self.triggers),
                "Ends webhooks at their providers when their last trigger has gone.",
            ),
            (
                "delete_old_deliveries",
                GIVE_BACK_EVERY_S,
                lambda: delete_old_deliveries(self.db, days),
                "Keeps the history of deliveries in bounds.",
            ),
        )
        for name, every_s, run, description in jobs:
            self.jobs.add(SystemJob(name, every_s, run, description))

    async def _check_sandbox(self) -> None:
        """Where code is to be run and cannot be, that is told at once, and not by the first agent that needs it."""
        from .sdk import code

        if (problem := await code.configure(self.config.sandbox, [self.data_dir]).check()) is not None:
            log.error("Code is not run: %s", problem)
            self.status.standing_problems.append(f"Code is not run: {problem}")

    async def _open_costs(self) -> None:
        await self.db.write(self.ledger.release_calls)
        await self.budgets.open()

    async def _open_schedules(self) -> None:
        entries = ConfigSchedules(self.db, self.schedules, self.agent_files, self.config.schedules, DEFAULT_USER_ID)
        await entries.apply()
        self.ticker.start()

    @classmethod
    @asynccontextmanager
    async def open(cls, config: Config, data_dir: Path, *, go_on: bool = True) -> AsyncIterator[App]:
        """Opens the database, loads the blocks, goes on with runs that had not ended (unless a command only wants one thing
        done: then they wait for the next server). Raises StartupError."""
        async with AsyncExitStack() as stack:
            log_tail = LogTail()
            log_tail.open()
            stack.callback(log_tail.stop)
            db = await Database.open(data_dir / DATABASE_NAME, config.database)
            stack.push_async_callback(db.close)
            await tell_removed_orphans(db)
            text.configure(config.text)
            stack.push_async_callback(text.close)
            stack.push_async_callback(net.configure(config.http, config.llm).close)
            app = cls(config, data_dir, db, load_registry(config), log_tail)
            log_tail.mask = app.credentials_access.mask
            app.status.nodes_a_minute.start()
            stack.callback(app.status.nodes_a_minute.stop)
            if config.sandbox.code:
                await app._check_sandbox()
            await app.due_backups.open()
            stack.push_async_callback(app.due_backups.close)
            stack.push_async_callback(app.audit.close)
            stack.push_async_callback(app.api_keys.close)
            stack.push_async_callback(app.credentials_access.close)
            for line in await find_lost(app.credentials_access, app.sealed):
                log.error(line)
            if not app.agents_folder.has_files():  # a clone of somebody's agents stays as it is
                await app.examples.install()
            await app._open_costs()
            await app.engine.open(go_on=go_on)
            stack.push_async_callback(app.engine.close, config.server.shutdown_grace_s)
            stack.push_async_callback(app.ticker.close)
            stack.push_async_callback(app.triggers.close)
            if go_on:
                await app._open_schedules()
                app.agents_folder.start()
                stack.push_async_callback(app.agents_folder.close)
            app.jobs.start()
            stack.push_async_callback(app.jobs.close)
            app.jobs.run_soon(RETENTION_JOB)
            yield app


def load_registry(config: Config) -> Registry:
    """All blocks: the library's and the user's own. What does not load is told, and the rest is there."""
    folders = [packaged_file("blocks"), *(Path(path).expanduser() for path in config.blocks.paths)]
    registry = Registry().load(folders, config.blocks.disabled)
    for problem in registry.problems:
        log.error("a block could not be loaded: %s", problem)
    return registry
