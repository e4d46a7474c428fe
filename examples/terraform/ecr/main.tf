# Repositories with what belongs to them. Run it against a platform with the variables that `estiba env` prints:
#   terraform init && terraform apply

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

variable "revision" {
  description = "2 changes something of every resource."
  type        = number
  default     = 1
}

data "aws_caller_identity" "current" {}

resource "aws_ecr_repository" "web" {
  name                 = "example/web"
  image_tag_mutability = var.revision == 1 ? "MUTABLE" : "IMMUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = var.revision == 2
  }

  tags = { Revision = var.revision }
}

resource "aws_ecr_repository" "encrypted" {
  name = "example/encrypted"

  encryption_configuration {
    encryption_type = "KMS"
  }

  tags = { Revision = var.revision }
}

resource "aws_ecr_lifecycle_policy" "web" {
  repository = aws_ecr_repository.web.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 20
        description  = "Keep the newest"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.revision * 50 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 10
        description  = "Let go what has no tag"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_ecr_repository_policy" "web" {
  repository = aws_ecr_repository.web.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = var.revision == 1 ? ["ecr:BatchGetImage"] : ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

resource "aws_ecr_registry_policy" "replication" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Replication${var.revision}"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = ["ecr:ReplicateImage"]
      Resource  = ["arn:aws:ecr:eu-west-1:${data.aws_caller_identity.current.account_id}:repository/*"]
    }]
  })
}

resource "aws_ecr_registry_scanning_configuration" "registry" {
  scan_type = "BASIC"

  rule {
    scan_frequency = "SCAN_ON_PUSH"

    repository_filter {
      filter      = var.revision == 1 ? "example/*" : "*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_account_setting" "policy_scope" {
  name  = "REGISTRY_POLICY_SCOPE"
  value = var.revision == 1 ? "V2" : "V1"
}

data "aws_ecr_repository" "web" {
  name = aws_ecr_repository.web.name
}

output "repository_url" {
  value = data.aws_ecr_repository.web.repository_url
}
