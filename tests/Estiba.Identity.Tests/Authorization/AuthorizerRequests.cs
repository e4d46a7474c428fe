using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Identity.Authorization;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Requests that an authorizer decides on, and how it is asked.</summary>
internal static class AuthorizerRequests
{
    public const string Everything = """{"Effect":"Allow","Action":"*","Resource":"*"}""";
    public const string EcsArns = "arn:aws:ecs:us-east-1:123456789012:";
    public const string LogsArns = "arn:aws:logs:us-east-1:123456789012:";

    public static string Policy(string statements) => $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";

    public static Task<AccessDecision> DecideAsync(
        IdentityWorld world,
        ServiceModel service,
        OperationModel operation,
        IShape request,
        CallContext caller
    ) => world.Authorizer.DecideAsync(service, operation, request, caller, CancellationToken.None).AsTask();

    public static (ServiceModel Service, OperationModel Operation, IShape Request) Request(string what) =>
        what switch
        {
            "CreateCluster default" => (EcsModel.Service, EcsModel.CreateCluster, new CreateClusterRequest()),
            "DeleteCluster name" => (
                EcsModel.Service,
                EcsModel.DeleteCluster,
                new DeleteClusterRequest { Cluster = "blue" }
            ),
            "DeleteCluster ARN" => (
                EcsModel.Service,
                EcsModel.DeleteCluster,
                new DeleteClusterRequest { Cluster = EcsArns + "cluster/blue" }
            ),
            "DescribeClusters" => (EcsModel.Service, EcsModel.DescribeClusters, new DescribeClustersRequest()),
            "CreateService" => (
                EcsModel.Service,
                EcsModel.CreateService,
                new CreateServiceRequest { Cluster = "blue", ServiceName = "web" }
            ),
            "UpdateService names" => (
                EcsModel.Service,
                EcsModel.UpdateService,
                new UpdateServiceRequest { Cluster = "blue", Service = "web" }
            ),
            "UpdateService ARNs" => (
                EcsModel.Service,
                EcsModel.UpdateService,
                new UpdateServiceRequest { Cluster = EcsArns + "cluster/blue", Service = EcsArns + "service/blue/web" }
            ),
            "UpdateService default" => (
                EcsModel.Service,
                EcsModel.UpdateService,
                new UpdateServiceRequest { Service = EcsArns + "service/web" }
            ),
            "DescribeTasks" => (
                EcsModel.Service,
                EcsModel.DescribeTasks,
                new DescribeTasksRequest { Cluster = "blue", Tasks = [EcsArns + "task/blue/1"] }
            ),
            "StopTask" => (EcsModel.Service, EcsModel.StopTask, new StopTaskRequest { Cluster = "blue", Task = "1" }),
            "RunTask revision" => (EcsModel.Service, EcsModel.RunTask, new RunTaskRequest { TaskDefinition = "app:3" }),
            "RunTask ARN" => (
                EcsModel.Service,
                EcsModel.RunTask,
                new RunTaskRequest { TaskDefinition = EcsArns + "task-definition/app:3" }
            ),
            "RunTask family" => (EcsModel.Service, EcsModel.RunTask, new RunTaskRequest { TaskDefinition = "app" }),
            "RegisterTaskDefinition" => (
                EcsModel.Service,
                EcsModel.RegisterTaskDefinition,
                new RegisterTaskDefinitionRequest { Family = "app" }
            ),
            "ListTasks" => (EcsModel.Service, EcsModel.ListTasks, new ListTasksRequest { Cluster = "blue" }),
            "ListClusters" => (EcsModel.Service, EcsModel.ListClusters, new ListClustersRequest()),
            "ListTagsForResource" => (
                EcsModel.Service,
                EcsModel.ListTagsForResource,
                new Contracts.Ecs.ListTagsForResourceRequest { ResourceArn = EcsArns + "service/blue/web" }
            ),
            "PutImage" => (EcrModel.Service, EcrModel.PutImage, new PutImageRequest { RepositoryName = "team/app" }),
            "DescribeRepositories" => (
                EcrModel.Service,
                EcrModel.DescribeRepositories,
                new DescribeRepositoriesRequest()
            ),
            "CreateLogGroup" => (
                LogsModel.Service,
                LogsModel.CreateLogGroup,
                new CreateLogGroupRequest { LogGroupName = "/ecs/a" }
            ),
            "DescribeLogStreams ARN" => (
                LogsModel.Service,
                LogsModel.DescribeLogStreams,
                new DescribeLogStreamsRequest { LogGroupIdentifier = LogsArns + "log-group:/ecs/a:*" }
            ),
            "PutLogEvents" => (
                LogsModel.Service,
                LogsModel.PutLogEvents,
                new PutLogEventsRequest
                {
                    LogGroupName = "/ecs/a",
                    LogStreamName = "b/c",
                    LogEvents = [],
                }
            ),
            "DescribeLogGroups" => (
                LogsModel.Service,
                LogsModel.DescribeLogGroups,
                new DescribeLogGroupsRequest { LogGroupNamePrefix = "/ecs" }
            ),
            "StopInstances" => (
                Ec2Model.Service,
                Ec2Model.StopInstances,
                new StopInstancesRequest { InstanceIds = ["i-0123456789abcdef0"] }
            ),
            "CreateTags" => (
                Ec2Model.Service,
                Ec2Model.CreateTags,
                new CreateTagsRequest { Resources = ["sg-0123456789abcdef0"] }
            ),
            "DeleteSecurityGroup name" => (
                Ec2Model.Service,
                Ec2Model.DeleteSecurityGroup,
                new DeleteSecurityGroupRequest { GroupName = "web*" }
            ),
            "AuthorizeSecurityGroupIngress name" => (
                Ec2Model.Service,
                Ec2Model.AuthorizeSecurityGroupIngress,
                new AuthorizeSecurityGroupIngressRequest { GroupName = "web*" }
            ),
            "DeleteKeyPair" => (
                Ec2Model.Service,
                Ec2Model.DeleteKeyPair,
                new DeleteKeyPairRequest { KeyName = "prod" }
            ),
            "CreateTags key" => (
                Ec2Model.Service,
                Ec2Model.CreateTags,
                new CreateTagsRequest { Resources = ["key-048fb3715c5e3cf62"] }
            ),
            "GetRole" => (IamModel.Service, IamModel.GetRole, new GetRoleRequest { RoleName = "app" }),
            "ListRoles" => (IamModel.Service, IamModel.ListRoles, new ListRolesRequest()),
            "CreateRole" => (
                IamModel.Service,
                IamModel.CreateRole,
                new CreateRoleRequest { Path = "/x/", RoleName = "y" }
            ),
            "CreateAccessKey" => (
                IamModel.Service,
                IamModel.CreateAccessKey,
                new CreateAccessKeyRequest { UserName = "alice" }
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, message: null),
        };
}
