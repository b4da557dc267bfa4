/** The shapes of the server's answers, for the type checker only. Times are ISO texts in UTC. */

/** @typedef {"INCOMPLETE"|"QUEUED"|"RUNNING"|"REVIEW"|"COMPLETED"|"FAILED"|"TERMINATED"} Status */

/**
 * @typedef {Object} Link
 * @property {string} id
 * @property {string} source_id
 * @property {string} sink_id
 * @property {string} source_name
 * @property {string} sink_name
 * @property {boolean} is_static
 */

/**
 * @typedef {Object} GraphNode
 * @property {string} id
 * @property {string} block_id
 * @property {Record<string, any>} input_default
 * @property {Record<string, any>} metadata
 */

/** @typedef {Record<string, any>} Schema A JSON schema of one field. */

/** @typedef {{type?: string, properties?: Record<string, Schema>, required?: string[]}} ObjectSchema */

/**
 * @typedef {Object} GraphPins an agent without its nodes: what others see who call it
 * @property {string} id
 * @property {number} version
 * @property {string} name
 * @property {string} description
 * @property {ObjectSchema} input_schema
 * @property {ObjectSchema} output_schema
 * @property {boolean} has_external_trigger
 */
/**
 * @typedef {Object} Graph
 * @property {string} id
 * @property {number} version
 * @property {string} name
 * @property {string} description
 * @property {GraphNode[]} [nodes]
 * @property {Link[]} [links]
 * @property {ObjectSchema} [input_schema]
 * @property {ObjectSchema} [output_schema]
 * @property {ObjectSchema} [credentials_input_schema]
 * @property {boolean} [has_external_trigger]
 * @property {boolean} [has_webhook_trigger]
 * @property {{provider: string, config_schema: ObjectSchema, credentials_input_name: string|null}|null} [trigger_setup_info]
 * @property {string|null} [instructions]
 * @property {string|null} [recommended_schedule_cron]
 * @property {string[]} [missing_blocks] ids of the blocks that this server does not have
 */

/**
 * @typedef {Object} Block
 * @property {string} id
 * @property {string} name
 * @property {string} [description]
 * @property {ObjectSchema} inputSchema
 * @property {ObjectSchema} outputSchema
 * @property {string} uiType
 * @property {boolean} [staticOutput]
 * @property {boolean} [disabled]
 * @property {{cost_amount: number, cost_type: string, cost_filter: Record<string, any>}[]} [costs] the first that fits holds
 * @property {({category: string}|string)[]} [categories]
 */

/**
 * @typedef {Object} GraphExecution
 * @property {string} id
 * @property {string} graph_id
 * @property {number} graph_version
 * @property {Status} status
 * @property {number|null} [number] of the agent's runs, from 1; one that another run has started has none
 * @property {string|null} started_at
 * @property {string|null} ended_at
 * @property {Record<string, any>|null} stats
 * @property {Record<string, any>} [inputs]
 * @property {Record<string, any[]>} [outputs]
 * @property {number} [n_outputs] how many there are, where not all are here
 * @property {NodeExecution[]} [node_executions]
 * @property {NodeExecution[]} [open_node_executions] those before them that have not ended
 */

/**
 * @typedef {Object} NodeExecution
 * @property {string} node_exec_id
 * @property {string} node_id
 * @property {string} block_id
 * @property {Status} status
 * @property {Record<string, any>} input_data
 * @property {Record<string, any[]>} output_data
 * @property {string} add_time
 * @property {string|null} queue_time
 * @property {string|null} start_time
 * @property {string|null} end_time
 * @property {number} [cost] in credits
 * @property {{try: number, error: string, cost: number, failed_at: string|null}[]} [tries] that failed before another one
 * @property {string} [error_code] what kind of failure it was: "key_refused", "busy", "login_ended"
 * @property {string} [graph_id]
 * @property {string} [graph_exec_id]
 * @property {boolean} [is_brief] next to nothing of its values is here
 * @property {number} [n_outputs] how many there are, where not all are here
 * @property {string} [progress] the page's own: the end of what it says while it works
 * @property {number} [startMs] the page's own: start_time as a number, NaN before the start
 * @property {{cost: number, tries: number}} [counted] the page's own: what of it is in the sums of its node
 * @property {number} [endMs]
 */

/**
 * @typedef {Object} Schedule
 * @property {string} id
 * @property {string} graph_id
 * @property {number} graph_version
 * @property {string|null} agent_name
 * @property {string} name
 * @property {string} cron
 * @property {string} timezone
 * @property {string} next_run_time "" while it is paused
 * @property {Record<string, any>} input_data
 * @property {Record<string, any>} input_credentials
 * @property {"skip"|"once"|"all"} catch_up
 * @property {number} catch_up_limit
 * @property {"queue"|"skip"|"parallel"} overlap
 * @property {"user"|"config"} origin
 * @property {boolean} is_paused
 * @property {string|null} paused_reason
 */

/**
 * @typedef {Object} Fire
 * @property {string} schedule_id
 * @property {string} schedule_name
 * @property {string} graph_id
 * @property {string|null} agent_name
 * @property {string} due_at
 * @property {string|null} fired_at
 * @property {"started"|"waiting"|"missed"|"skipped"|"refused"} status
 * @property {string|null} graph_exec_id
 * @property {string|null} reason
 * @property {Status|null} run_status
 * @property {number|null} duration_s of its run, once that has ended
 * @property {number|null} cost_credits of its run with the agents that it called, once it has ended
 */

export {};
