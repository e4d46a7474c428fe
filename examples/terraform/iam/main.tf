# Every resource of IAM that Estiba keeps, with what Terraform can change of each: apply with revision 1, then with revision 2.
#
#   eval "$(estiba env)"
#   terraform init && terraform apply -auto-approve
#   terraform apply -auto-approve -var revision=2
#   terraform destroy -auto-approve -var revision=2

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# Where the platform is and its key come from the environment: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION.
provider "aws" {
  skip_metadata_api_check = true
  skip_region_validation  = true
}

variable "revision" {
  description = "1 for the first state, 2 for the changed one."
  type        = number
  default     = 1
}

locals {
  tags = var.revision == 1 ? { stage = "first", owner = "team" } : { stage = "second", contact = "crew" }
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy" "execution" {
  name = "AmazonECSTaskExecutionRolePolicy"
}

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = var.revision == 1 ? ["ecs-tasks.amazonaws.com"] : ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = var.revision == 1 ? ["s3:GetObject"] : ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::example", "arn:aws:s3:::example/*"]
  }
}

resource "aws_iam_account_alias" "this" {
  account_alias = "estiba-example-${var.revision}"
}

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length        = var.revision == 1 ? 12 : 16
  require_symbols                = var.revision == 2
  require_numbers                = true
  require_uppercase_characters   = true
  require_lowercase_characters   = true
  allow_users_to_change_password = true
  max_password_age               = var.revision == 1 ? 0 : 90
}

resource "aws_iam_policy" "read" {
  name        = "example-read"
  path        = "/example/"
  description = "What the example may read."
  policy      = data.aws_iam_policy_document.read.json
  tags        = local.tags
}

resource "aws_iam_policy" "boundary" {
  name   = "example-boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}

resource "aws_iam_role" "app" {
  name                 = "example-app"
  path                 = "/example/"
  description          = "The example's tasks, revision ${var.revision}."
  max_session_duration = var.revision == 1 ? 3600 : 7200
  permissions_boundary = var.revision == 1 ? aws_iam_policy.boundary.arn : null
  assume_role_policy   = data.aws_iam_policy_document.tasks.json
  tags                 = local.tags
}

resource "aws_iam_role_policy" "app" {
  name   = "inline"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "own" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.app.name
  policy_arn = var.revision == 1 ? data.aws_iam_policy.execution.arn : "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
}

# A role whose policies are no others than these.
resource "aws_iam_role" "exclusive" {
  name               = "example-exclusive"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policies_exclusive" "exclusive" {
  role_name    = aws_iam_role.exclusive.name
  policy_names = []
}

resource "aws_iam_role_policy_attachments_exclusive" "exclusive" {
  role_name   = aws_iam_role.exclusive.name
  policy_arns = var.revision == 1 ? [aws_iam_policy.read.arn] : ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
}

resource "aws_iam_instance_profile" "hosts" {
  name = "example-hosts"
  path = "/example/"
  role = var.revision == 1 ? aws_iam_role.app.name : aws_iam_role.exclusive.name
  tags = local.tags
}

resource "aws_iam_service_linked_role" "scaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "example"
  description      = "Revision ${var.revision}."
  tags             = local.tags
}

resource "aws_iam_user" "alice" {
  name                 = "example-alice"
  path                 = var.revision == 1 ? "/example/" : "/example/staff/"
  permissions_boundary = var.revision == 1 ? aws_iam_policy.boundary.arn : aws_iam_policy.read.arn
  force_destroy        = true
  tags                 = local.tags
}

resource "aws_iam_access_key" "alice" {
  user   = aws_iam_user.alice.name
  status = var.revision == 1 ? "Active" : "Inactive"
}

resource "aws_iam_user_policy" "alice" {
  name   = "inline"
  user   = aws_iam_user.alice.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "alice" {
  user       = aws_iam_user.alice.name
  policy_arn = aws_iam_policy.read.arn
}

# The provider cannot give a user another name and other tags at once, so that this one has none.
resource "aws_iam_user" "bob" {
  name = var.revision == 1 ? "example-bob" : "example-robert"
}

resource "aws_iam_group" "staff" {
  name = var.revision == 1 ? "example-staff" : "example-crew"
  path = "/example/"
}

resource "aws_iam_group_policy" "staff" {
  name   = "inline"
  group  = aws_iam_group.staff.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_group_policy_attachment" "staff" {
  group      = aws_iam_group.staff.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_group_membership" "staff" {
  name  = "staff"
  group = aws_iam_group.staff.name
  users = var.revision == 1 ? [aws_iam_user.alice.name] : [aws_iam_user.alice.name, aws_iam_user.bob.name]
}

resource "aws_iam_group" "auditors" {
  name = "example-auditors"
}

resource "aws_iam_user_group_membership" "bob" {
  user   = aws_iam_user.bob.name
  groups = [aws_iam_group.auditors.name]
}

output "role" {
  value = aws_iam_role.app.arn
}
