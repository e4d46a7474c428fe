using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Agents;

/// <summary>
/// The payloads of task definitions: each is made once and shared by all tasks of the definition, for as long as the
/// definition is there.
/// </summary>
/// <param name="options">Where agents and log drivers find the platform.</param>
internal sealed class PayloadTemplates(EcsOptions options)
{
    private readonly ConditionalWeakTable<TaskDefinition, ConcurrentDictionary<Variant, TaskPayload>> _byDefinition =
        new();

    /// <summary>The payload of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="definition">Its definition, as the store has it.</param>
    /// <param name="roles">Its roles.</param>
    /// <param name="agent">The agent that it is for.</param>
    internal AcsTask Payload(
        TaskRecord task,
        TaskDefinition definition,
        IReadOnlyList<TaskRole> roles,
        AgentTraits agent
    )
    {
        // What a task overrides is its own.
        if (task.Overrides is not null)
            return TaskPayload.Of(task, definition, roles, agent, options).For(task);
        var variants = _byDefinition.GetValue(definition, static _ => new ConcurrentDictionary<Variant, TaskPayload>());
        var variant = new Variant(
            task.LaunchType,
            agent,
            TaskRole.Has(roles, TaskRole.Application),
            TaskRole.Has(roles, TaskRole.Execution)
        );
        if (!variants.TryGetValue(variant, out var payload))
            variants[variant] = payload = TaskPayload.Of(task, definition, roles, agent, options);
        return payload.For(task);
    }

    private readonly record struct Variant(string LaunchType, AgentTraits Agent, bool HasRole, bool HasExecutionRole);
}
